#pragma once

#include <cstddef>
#include <string_view>

namespace clusterwire::text {

inline constexpr size_t kMaxLanguageTag = 35;  // characters: what RFC 5646 asks to make room for

// Whether it is a well-formed BCP 47 tag that begins with a language of two or three letters: "de",
// "sr-Latn", "pt-BR"; at most kMaxLanguageTag characters, in any case of letters. Which subtags are
// registered is not asked, so that new ones need no new release.
bool IsLanguageTag(std::string_view tag);

}  // namespace clusterwire::text
