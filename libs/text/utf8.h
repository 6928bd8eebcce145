#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace clusterwire::text {

// Whether the bytes are UTF-8 (surrogates and overlong forms aren't).
bool IsUtf8(std::string_view text);

// How many characters (code points), which is what limits in the contracts count; none when the
// text isn't UTF-8.
std::optional<size_t> Length(std::string_view text);

}  // namespace clusterwire::text
