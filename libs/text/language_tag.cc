#include "libs/text/language_tag.h"

#include <string_view>

#include <unicode/locid.h>

namespace clusterwire::text {

bool IsLanguageTag(std::string_view tag) {
  if (tag.size() > kMaxLanguageTag) return false;
  UErrorCode error = U_ZERO_ERROR;
  const auto locale = icu::Locale::forLanguageTag(
      icu::StringPiece(tag.data(), static_cast<int32_t>(tag.size())), error);
  const size_t letters = std::string_view(locale.getLanguage()).size();
  return U_SUCCESS(error) && (letters == 2 || letters == 3);
}

}  // namespace clusterwire::text
