#include "libs/text/text.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include <unicode/brkiter.h>
#include <unicode/coll.h>
#include <unicode/locid.h>
#include <unicode/translit.h>

#include "libs/base/text/strings.h"
#include "libs/text/icu.h"

namespace clusterwire::text {
namespace {

// Transliterators, collators and break iterators are kept for each thread: they are cheap to use
// and dear to make, and ICU doesn't promise that two threads may share one.
std::unique_ptr<icu::Transliterator> MakeTransliterator(const char* id) {
  return Made<icu::Transliterator>(
      absl::StrCat("transliterator '", id, "'"), [&](UErrorCode& error) {
        return icu::Transliterator::createInstance(id, UTRANS_FORWARD, error);
      });
}

// These are invisible: a word with one in it is the same word.
icu::UnicodeString WithoutIgnorable(const icu::UnicodeString& text) {
  static const icu::UnicodeSet& ignorable = MakeSet("[:Default_Ignorable_Code_Point:]");
  return Without(text, ignorable);
}

// The letters that are also written with two others, and how each is written in Words(), in Fold(),
// and by readers who write both.
struct Letter {
  char16_t letter;
  const char* folded;
  const char* written_out;
};
constexpr Letter kLetters[] = {{u'ä', "a", "ae"}, {u'ö', "o", "oe"}, {u'ü', "u", "ue"},
                               {u'ø', "o", "oe"}, {u'å', "a", "aa"}, {u'æ', "ae", "ae"}};

const Letter* LetterOf(UChar32 character) {
  const auto* const found =
      std::ranges::find(kLetters, character, [](const Letter& one) { return UChar32{one.letter}; });
  return found == std::end(kLetters) ? nullptr : found;
}

// As Fold(), but with the letters of kLetters as they are.
icu::UnicodeString FoldAllBut(std::string_view text) {
  static const icu::UnicodeSet& letters = MakeSet("[äöüøåæ]");
  icu::UnicodeString composed = FromUtf8(text);
  composed.foldCase();
  composed = Composed(WithoutIgnorable(composed));
  if (letters.containsNone(composed)) return FromUtf8(Fold(text));
  icu::UnicodeString folded;
  for (int32_t start = 0; start < composed.length();) {
    const int32_t others = letters.span(composed, start, USET_SPAN_NOT_CONTAINED);
    folded.append(FromUtf8(Fold(ToUtf8(composed.tempSubStringBetween(start, others)))));
    start = letters.span(composed, others, USET_SPAN_CONTAINED);
    folded.append(composed, others, start - others);
  }
  return folded;
}

// `word` with each of kLetters as `spell` says.
template <typename Spell>
std::string Spelled(const icu::UnicodeString& word, Spell spell) {
  icu::UnicodeString spelled;
  for (int32_t at = 0; at < word.length();) {
    const UChar32 character = word.char32At(at);
    at += U16_LENGTH(character);
    const Letter* letter = LetterOf(character);
    if (letter == nullptr) {
      spelled.append(character);
    } else {
      spelled.append(FromUtf8(spell(*letter)));
    }
  }
  return ToUtf8(spelled);
}

void AddWord(const icu::UnicodeString& run, std::vector<std::string>& words) {
  std::string word = ToUtf8(run);
  word.resize(CutUtf8(word, kMaxTokenBytes).size());
  words.push_back(std::move(word));
}

void AddByDictionary(const icu::UnicodeString& run, std::vector<std::string>& words) {
  thread_local const auto breaks = Made<icu::BreakIterator>("word breaks", [](UErrorCode& error) {
    return icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), error);
  });
  breaks->setText(run);
  for (int32_t start = breaks->first(), end = breaks->next(); end != icu::BreakIterator::DONE;
       start = end, end = breaks->next()) {
    AddWord(run.tempSubStringBetween(start, end), words);
  }
}

bool IsAscii(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return absl::ascii_isascii(c); });
}

void AddAsciiWords(std::string_view text, std::vector<std::string>& words) {
  const auto is_word = [](unsigned char c) { return absl::ascii_isalnum(c); };
  for (auto start = std::ranges::find_if(text, is_word); start != text.end();) {
    const auto end = std::find_if_not(start, text.end(), is_word);
    std::string& word = words.emplace_back(start, end);
    word.resize(std::min(word.size(), kMaxTokenBytes));
    absl::AsciiStrToLower(&word);
    start = std::find_if(end, text.end(), is_word);
  }
}

void AddWords(std::string_view text, std::vector<std::string>& words) {
  static const icu::UnicodeSet& word = MakeSet("[[:L:][:Nd:][:Mn:][:Mc:]]");
  // Scripts without spaces between words, for which ICU has dictionaries.
  static const icu::UnicodeSet& unspaced =
      MakeSet("[[:Line_Break=Complex_Context:][:Han:][:Hiragana:][:Katakana:]]");
  const icu::UnicodeString folded = FoldAllBut(text);
  for (int32_t start = 0; start < folded.length();) {
    const int32_t end = word.span(folded, start, USET_SPAN_CONTAINED);
    const icu::UnicodeString run(folded, start, end - start);
    if (unspaced.containsSome(run)) {
      AddByDictionary(run, words);
    } else if (end > start) {
      AddWord(run, words);
    }
    start = word.span(folded, end, USET_SPAN_NOT_CONTAINED);
  }
}

// Lower case letters, digits and '-' for every run of anything else. An apostrophe is no border:
// "Ukraine's" is one word.
std::string Dashed(std::string_view ascii) {
  std::string slug;
  bool border = false;
  for (const char c : ascii) {
    if (c == '\'') continue;
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      border = true;
      continue;
    }
    if (border && !slug.empty()) slug += '-';
    border = false;
    slug += absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  return slug;
}

// In Latin letters without accents, as far as that can be.
std::string ToAscii(std::string_view text) {
  thread_local const auto to_ascii =
      MakeTransliterator("Any-Latin; NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII");
  icu::UnicodeString latin = WithoutIgnorable(FromUtf8(text));
  to_ascii->transliterate(latin);
  return ToUtf8(latin);
}

}  // namespace

std::string Fold(std::string_view text) {
  if (IsAscii(text)) {
    std::string folded(text);
    absl::AsciiStrToLower(&folded);
    return folded;
  }
  thread_local const auto without_accents =
      MakeTransliterator("NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII");
  thread_local const auto composed = MakeTransliterator("NFKD; [:Nonspacing Mark:] Remove; NFC");
  icu::UnicodeString folded = WithoutIgnorable(FromUtf8(text));
  folded.foldCase();
  without_accents->transliterate(folded);
  // Latin-ASCII writes some letters as capitals, and case folding may compose anew.
  folded.foldCase();
  composed->transliterate(folded);
  return ToUtf8(folded);
}

std::vector<std::string> Words(std::string_view text) {
  // A space ends a word in each script, and of ASCII nothing needs ICU.
  std::vector<std::string> words;
  for (const absl::string_view part : absl::StrSplit(ToAbsl(text), ' ', absl::SkipEmpty())) {
    if (IsAscii(ToStd(part))) {
      AddAsciiWords(ToStd(part), words);
    } else {
      AddWords(ToStd(part), words);
    }
  }
  return words;
}

std::vector<std::string> Spellings(std::string_view word) {
  if (IsAscii(word)) return {std::string(word)};
  const icu::UnicodeString letters = FromUtf8(word);
  std::vector<std::string> spellings;
  // "Ångström" is also written "Angstroem": how å is spelled says nothing of the others.
  for (const bool a_ring_out : {false, true}) {
    for (const bool others_out : {false, true}) {
      std::string spelled = Spelled(letters, [&](const Letter& letter) {
        const bool out = letter.letter == u'å' ? a_ring_out : others_out;
        return out ? letter.written_out : letter.folded;
      });
      if (std::ranges::find(spellings, spelled) == spellings.end()) {
        spellings.push_back(std::move(spelled));
      }
    }
  }
  return spellings;
}

std::vector<std::string> TokenSet(const std::vector<std::string_view>& texts) {
  std::vector<std::string> tokens;
  for (const std::string_view text : texts) {
    for (const std::string& word : Words(text)) {
      std::ranges::move(Spellings(word), std::back_inserter(tokens));
    }
  }
  std::ranges::sort(tokens);
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  return tokens;
}

std::string SortKey(std::string_view text) {
  thread_local const auto collator = Made<icu::Collator>("root collation", [](UErrorCode& error) {
    return icu::Collator::createInstance(icu::Locale::getRoot(), error);
  });
  const icu::UnicodeString source = FromUtf8(text);
  std::string key(source.length() * 3 + 16, '\0');
  const auto write = [&] {
    return static_cast<size_t>(collator->getSortKey(source, reinterpret_cast<uint8_t*>(key.data()),
                                                    static_cast<int32_t>(key.size())));
  };
  const size_t size = write();
  const bool fitted = size <= key.size();
  key.resize(size);
  if (!fitted) write();
  return key;
}

std::string Slug(std::string_view text, size_t max) {
  std::string slug = IsAscii(text) ? Dashed(text) : Dashed(ToAscii(text));
  if (slug.size() <= max) return slug;
  const bool cuts_a_word = slug[max] != '-';
  slug.resize(max);
  const size_t last_border = slug.rfind('-');
  // Half an id is better than a tenth of one: a first word that is too long is cut.
  if (cuts_a_word && last_border != std::string::npos && last_border >= max / 2) {
    slug.resize(last_border);
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

bool IsLanguageTag(std::string_view tag) {
  if (tag.size() > kMaxLanguageTag) return false;
  UErrorCode error = U_ZERO_ERROR;
  const auto locale = icu::Locale::forLanguageTag(Piece(tag), error);
  const size_t letters = std::string_view(locale.getLanguage()).size();
  return U_SUCCESS(error) && (letters == 2 || letters == 3);
}

std::string LanguageName(std::string_view tag, Language in) {
  UErrorCode error = U_ZERO_ERROR;
  const auto locale = icu::Locale::forLanguageTag(Piece(tag), error);
  if (U_FAILURE(error)) return std::string(tag);
  icu::UnicodeString name;
  const icu::Locale& reader =
      in == Language::kGerman ? icu::Locale::getGerman() : icu::Locale::getEnglish();
  return ToUtf8(locale.getDisplayName(reader, name));
}

}  // namespace clusterwire::text
