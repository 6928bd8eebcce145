#include "libs/text/text.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include <unicode/brkiter.h>
#include <unicode/coll.h>
#include <unicode/locid.h>
#include <unicode/translit.h>
#include <unicode/uniset.h>
#include <unicode/unistr.h>

#include "libs/base/text/strings.h"

namespace clusterwire::text {
namespace {

icu::StringPiece Piece(std::string_view text) {
  return {text.data(), static_cast<int32_t>(text.size())};
}

icu::UnicodeString FromUtf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8(Piece(text));
}

std::string ToUtf8(const icu::UnicodeString& text) {
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

// Transliterators, collators and break iterators are kept for each thread: they are cheap to use
// and dear to make, and ICU doesn't promise that two threads may share one.
std::unique_ptr<icu::Transliterator> MakeTransliterator(const char* id) {
  return Made<icu::Transliterator>(
      absl::StrCat("transliterator '", id, "'"), [&](UErrorCode& error) {
        return icu::Transliterator::createInstance(id, UTRANS_FORWARD, error);
      });
}

// Of characters; for all threads.
const icu::UnicodeSet& MakeSet(const char* pattern) {
  auto set = Made<icu::UnicodeSet>(pattern, [&](UErrorCode& error) {
    return new icu::UnicodeSet(icu::UnicodeString::fromUTF8(pattern), error);
  });
  set->freeze();
  return *set.release();
}

void AddToken(const icu::UnicodeString& word, std::vector<std::string>& tokens) {
  std::string token = ToUtf8(word);
  token.resize(CutUtf8(token, kMaxTokenBytes).size());
  tokens.push_back(std::move(token));
}

void AddByDictionary(const icu::UnicodeString& run, std::vector<std::string>& tokens) {
  thread_local const auto breaks = Made<icu::BreakIterator>("word breaks", [](UErrorCode& error) {
    return icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), error);
  });
  breaks->setText(run);
  for (int32_t start = breaks->first(), end = breaks->next(); end != icu::BreakIterator::DONE;
       start = end, end = breaks->next()) {
    AddToken(run.tempSubStringBetween(start, end), tokens);
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

}  // namespace

std::string Fold(std::string_view text) {
  if (std::ranges::all_of(text, [](unsigned char c) { return absl::ascii_isascii(c); })) {
    std::string folded(text);
    absl::AsciiStrToLower(&folded);
    return folded;
  }
  thread_local const auto without_accents =
      MakeTransliterator("NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII");
  thread_local const auto composed = MakeTransliterator("NFKD; [:Nonspacing Mark:] Remove; NFC");
  icu::UnicodeString folded = FromUtf8(text);
  folded.foldCase();
  without_accents->transliterate(folded);
  // Latin-ASCII writes some letters as capitals, and case folding may compose anew.
  folded.foldCase();
  composed->transliterate(folded);
  return ToUtf8(folded);
}

std::vector<std::string> Tokens(std::string_view text) {
  static const icu::UnicodeSet& word = MakeSet("[[:L:][:Nd:][:Mn:][:Mc:]]");
  // Scripts without spaces between words, for which ICU has dictionaries.
  static const icu::UnicodeSet& unspaced =
      MakeSet("[[:Line_Break=Complex_Context:][:Han:][:Hiragana:][:Katakana:]]");
  const icu::UnicodeString folded = FromUtf8(Fold(text));
  std::vector<std::string> tokens;
  for (int32_t start = 0; start < folded.length();) {
    const int32_t end = word.span(folded, start, USET_SPAN_CONTAINED);
    const icu::UnicodeString run(folded, start, end - start);
    if (unspaced.containsSome(run)) {
      AddByDictionary(run, tokens);
    } else if (end > start) {
      AddToken(run, tokens);
    }
    start = word.span(folded, end, USET_SPAN_NOT_CONTAINED);
  }
  return tokens;
}

std::vector<std::string> TokenSet(const std::vector<std::string_view>& texts) {
  std::vector<std::string> tokens;
  for (const std::string_view text : texts) {
    std::ranges::move(Tokens(text), std::back_inserter(tokens));
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
  thread_local const auto to_ascii =
      MakeTransliterator("Any-Latin; NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII");
  icu::UnicodeString latin = FromUtf8(text);
  to_ascii->transliterate(latin);
  std::string slug = Dashed(ToUtf8(latin));
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

}  // namespace clusterwire::text
