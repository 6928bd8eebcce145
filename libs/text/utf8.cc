#include "libs/text/utf8.h"

#include <cstdint>

#include <unicode/utf8.h>

namespace clusterwire::text {

std::optional<size_t> Length(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int64_t>(text.size());
  size_t length = 0;
  for (int64_t at = 0; at < size; ++length) {
    UChar32 character;
    U8_NEXT(bytes, at, size, character);
    if (character < 0) return std::nullopt;
  }
  return length;
}

bool IsUtf8(std::string_view text) { return Length(text).has_value(); }

}  // namespace clusterwire::text
