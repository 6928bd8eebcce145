#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clusterwire/change/v1/change_kind.pb.h"

namespace clusterwire::change {

using v1::ChangeKind;

// "label.awarded" of CHANGE_KIND_LABEL_AWARDED, as the contract writes it. Empty for the zero
// value. Lives as long as the program.
std::string_view KindText(ChangeKind kind);
// None for what isn't on the closed list.
std::optional<ChangeKind> KindOf(std::string_view text);
}  // namespace clusterwire::change
