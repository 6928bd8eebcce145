#include "libs/text/sort_key.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include <unicode/coll.h>

#include "libs/text/transliterate.h"

namespace clusterwire::text {
namespace {

std::unique_ptr<icu::Collator> MakeCollator() {
  UErrorCode error = U_ZERO_ERROR;
  std::unique_ptr<icu::Collator> collator(
      icu::Collator::createInstance(icu::Locale::getRoot(), error));
  if (U_FAILURE(error) || collator == nullptr) {
    std::fprintf(stderr, "ICU has no root collation: %s\n", u_errorName(error));
    std::abort();
  }
  return collator;
}

}  // namespace

std::string SortKey(std::string_view text) {
  thread_local const std::unique_ptr<icu::Collator> collator = MakeCollator();
  const icu::UnicodeString source = FromUtf8(text);
  std::string key(source.length() * 3 + 16, '\0');
  auto write = [&] {
    return collator->getSortKey(source, reinterpret_cast<uint8_t*>(key.data()),
                                static_cast<int32_t>(key.size()));
  };
  const auto size = static_cast<size_t>(write());
  const bool fitted = size <= key.size();
  key.resize(size);
  if (!fitted) write();
  return key;
}

}  // namespace clusterwire::text
