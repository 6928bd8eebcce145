#include "libs/text/tokens.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "libs/base/text/strings.h"
#include "libs/text/fold.h"
#include "libs/text/transliterate.h"

namespace clusterwire::text {
namespace {

bool IsWordCharacter(UChar32 c) {
  return u_isalnum(c) || u_charType(c) == U_COMBINING_SPACING_MARK ||
         u_charType(c) == U_NON_SPACING_MARK;
}

// Scripts without spaces between words, for which ICU has dictionaries.
bool NeedsDictionary(const icu::UnicodeString& word) {
  for (int32_t at = 0; at < word.length(); at = word.moveIndex32(at, 1)) {
    if (u_getIntPropertyValue(word.char32At(at), UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT) {
      return true;
    }
    UErrorCode error = U_ZERO_ERROR;
    switch (uscript_getScript(word.char32At(at), &error)) {
      case USCRIPT_HAN:
      case USCRIPT_HIRAGANA:
      case USCRIPT_KATAKANA:
        return true;
      default:
        break;
    }
  }
  return false;
}

std::unique_ptr<icu::BreakIterator> MakeBreakIterator() {
  UErrorCode error = U_ZERO_ERROR;
  std::unique_ptr<icu::BreakIterator> breaks(
      icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), error));
  if (U_FAILURE(error) || breaks == nullptr) {
    std::fprintf(stderr, "ICU has no word breaks: %s\n", u_errorName(error));
    std::abort();
  }
  return breaks;
}

void Add(const icu::UnicodeString& word, std::vector<std::string>& tokens) {
  std::string token;
  word.toUTF8String(token);
  token.resize(CutUtf8(token, kMaxTokenBytes).size());
  tokens.push_back(std::move(token));
}

void AddByDictionary(const icu::UnicodeString& run, std::vector<std::string>& tokens) {
  thread_local const std::unique_ptr<icu::BreakIterator> breaks = MakeBreakIterator();
  breaks->setText(run);
  for (int32_t start = breaks->first(), end = breaks->next(); end != icu::BreakIterator::DONE;
       start = end, end = breaks->next()) {
    Add(run.tempSubStringBetween(start, end), tokens);
  }
}

}  // namespace

std::vector<std::string> Tokens(std::string_view text) {
  const icu::UnicodeString folded = FromUtf8(Fold(text));
  std::vector<std::string> tokens;
  int32_t start = 0;
  for (int32_t at = 0; at <= folded.length();) {
    const bool in_word = at < folded.length() && IsWordCharacter(folded.char32At(at));
    const int32_t next = at < folded.length() ? folded.moveIndex32(at, 1) : at + 1;
    if (!in_word) {
      if (at > start) {
        const icu::UnicodeString run(folded, start, at - start);
        if (NeedsDictionary(run)) {
          AddByDictionary(run, tokens);
        } else {
          Add(run, tokens);
        }
      }
      start = next;
    }
    at = next;
  }
  return tokens;
}

std::vector<std::string> TokenSet(const std::vector<std::string_view>& texts) {
  std::vector<std::string> tokens;
  for (const std::string_view text : texts) {
    std::vector<std::string> more = Tokens(text);
    tokens.insert(tokens.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
  }
  std::sort(tokens.begin(), tokens.end());
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  return tokens;
}

}  // namespace clusterwire::text
