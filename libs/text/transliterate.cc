#include "libs/text/transliterate.h"

#include <cstdio>
#include <cstdlib>

namespace clusterwire::text {

icu::UnicodeString FromUtf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

Transliterator::Transliterator(const char* id) {
  UErrorCode error = U_ZERO_ERROR;
  icu_.reset(icu::Transliterator::createInstance(id, UTRANS_FORWARD, error));
  if (U_FAILURE(error) || icu_ == nullptr) {
    std::fprintf(stderr, "ICU has no transliterator '%s': %s\n", id, u_errorName(error));
    std::abort();
  }
}

}  // namespace clusterwire::text
