#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <unicode/normalizer2.h>
#include <unicode/uniset.h>
#include <unicode/unistr.h>

// Inside the library: what its files need of ICU.
namespace clusterwire::text {

inline icu::StringPiece Piece(std::string_view text) {
  return {text.data(), static_cast<int32_t>(text.size())};
}

inline icu::UnicodeString FromUtf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8(Piece(text));
}

inline std::string ToUtf8(const icu::UnicodeString& text) {
  std::string utf8;
  return text.toUTF8String(utf8);
}

// What `make` gives. That ICU lacks it means a broken installation of ICU and ends the program.
template <typename T, typename Make>
std::unique_ptr<T> Made(const std::string& what, Make make) {
  UErrorCode error = U_ZERO_ERROR;
  std::unique_ptr<T> object(make(error));
  if (U_FAILURE(error) || object == nullptr) {
    std::fprintf(stderr, "ICU has no %s: %s\n", what.c_str(), u_errorName(error));
    std::abort();
  }
  return object;
}

// Of characters; for all threads.
inline const icu::UnicodeSet& MakeSet(const char* pattern) {
  auto set = Made<icu::UnicodeSet>(pattern, [&](UErrorCode& error) {
    return new icu::UnicodeSet(icu::UnicodeString::fromUTF8(pattern), error);
  });
  set->freeze();
  return *set.release();
}

// In NFC.
inline icu::UnicodeString Composed(const icu::UnicodeString& text) {
  UErrorCode error = U_ZERO_ERROR;
  return icu::Normalizer2::getNFCInstance(error)->normalize(text, error);
}

// Without the characters of `set`.
inline icu::UnicodeString Without(const icu::UnicodeString& text, const icu::UnicodeSet& set) {
  if (set.containsNone(text)) return text;
  icu::UnicodeString kept;
  for (int32_t start = 0; start < text.length();) {
    const int32_t end = set.span(text, start, USET_SPAN_NOT_CONTAINED);
    kept.append(text, start, end - start);
    start = set.span(text, end, USET_SPAN_CONTAINED);
  }
  return kept;
}

}  // namespace clusterwire::text
