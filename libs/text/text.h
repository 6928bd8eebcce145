#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "libs/text/language.h"

// Unicode for search and for names. Everything here is a pure function and safe for use from any
// thread: the ICU objects inside belong to one thread each. Input that isn't UTF-8 is read with
// U+FFFD in place of what can't be read.
namespace clusterwire::text {

// What two spellings of a word have in common: case, accents, typographic forms and invisible
// characters are gone. "Ø" is "o", "ß" is "ss", "É" is "e", "Ά" is "α", "ﬁ" is "fi". Other scripts
// stay in their script.
// Fold(Fold(x)) == Fold(x).
std::string Fold(std::string_view text);

inline constexpr size_t kMaxTokenBytes = 64;

// The words of a text, in its order, repeats included: runs of letters and digits, so that
// "Cluster-Dialog.NRW" is three words and "l'industrie" two. Folded but for ä, ö, ü, ø, å and æ,
// which are spelled in more than one way. Where a script writes without spaces (Chinese, Japanese,
// Thai) ICU's dictionaries find the words. Words longer than kMaxTokenBytes are cut.
std::vector<std::string> Words(std::string_view text);

// How one of Words() is written: folded first, then with "ae" for "ä", "oe" for "ö" and "ø", "ue"
// for "ü", "aa" for "å". "münchen" is "munchen" and "muenchen". Two words are the same to a search
// when they have a spelling in common.
std::vector<std::string> Spellings(std::string_view word);

// All spellings of the words of several texts, sorted and each once: what an index holds.
std::vector<std::string> TokenSet(const std::vector<std::string_view>& texts);

// Bytes that compare (memcmp) as people of no particular country order the texts: ICU collation,
// root locale, tertiary strength. Never a prefix of another text's key. Keys of different ICU
// versions don't compare: keep them in memory, not in a database.
std::string SortKey(std::string_view text);

// An id for a resource name made from a title: lower case ASCII letters, digits and single '-',
// neither first nor last, at most `max` characters, cut between words where there is room. Other
// scripts are transliterated: "Ελλάδα" is "ellada". Empty when nothing of the text is left.
std::string Slug(std::string_view text, size_t max = 60);

inline constexpr size_t kMaxLanguageTag = 35;  // characters: what RFC 5646 asks to make room for

// Whether it is a well-formed BCP 47 tag that begins with a language of two or three letters: "de",
// "sr-Latn", "pt-BR"; at most kMaxLanguageTag characters, in any case of letters. Which subtags are
// registered is not asked, so that new ones need no new release.
bool IsLanguageTag(std::string_view tag);

// "German" of "de", "Portuguese (Brazil)" of "pt-BR", "Deutsch" of "de" in German; the tag itself
// where there is no name.
std::string LanguageName(std::string_view tag, Language in = Language::kEnglish);

}  // namespace clusterwire::text
