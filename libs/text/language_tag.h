#pragma once

#include <cstddef>
#include <string_view>

namespace clusterwire::text {

inline constexpr size_t kMaxLanguageTag = 35;  // characters: what RFC 5646 asks to make room for

// Whether it has the shape of a BCP 47 tag: "de", "sr-Latn", "pt-BR". A language of two or three
// letters, then subtags of up to eight letters and digits, at most kMaxLanguageTag characters in
// all; a subtag of one character leads others and isn't the last. In any case of letters. Which
// subtags are registered is not asked, so that new ones need no new release.
bool IsLanguageTag(std::string_view tag);

}  // namespace clusterwire::text
