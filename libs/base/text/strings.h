#pragma once

#include <string_view>

#include "absl/strings/string_view.h"

namespace clusterwire {

// Debian's Abseil has a string_view of its own. Ours is std::string_view; these two cross over.
inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }

}  // namespace clusterwire
