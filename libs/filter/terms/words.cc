#include "libs/filter/terms/words.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "libs/base/text/strings.h"
#include "libs/text/text.h"

namespace clusterwire::filter {
namespace {

void SortOnce(std::vector<Word>& words) {
  std::ranges::sort(words, {}, &Word::written);
  const auto [first, last] = std::ranges::unique(words, {}, &Word::written);
  words.erase(first, last);
}

}  // namespace

Word::Word(std::string text) : written(std::move(text)), spellings(text::Spellings(written)) {}

Words ParseWords(std::string_view text) {
  Words words;
  for (const absl::string_view part :
       absl::StrSplit(ToAbsl(text), absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty())) {
    std::vector<std::string> read = text::Words(ToStd(part));
    if (part.back() == '*') {
      if (read.empty()) {
        words.lone_star = true;
        continue;
      }
      words.prefixes.emplace_back(std::move(read.back()));
      read.pop_back();
    }
    for (std::string& word : read) words.whole.emplace_back(std::move(word));
  }
  SortOnce(words.whole);
  SortOnce(words.prefixes);
  return words;
}

std::string Words::ToString() const {
  std::vector<std::string> all;
  for (const Word& word : whole) all.push_back(word.written);
  for (const Word& prefix : prefixes) all.push_back(absl::StrCat(prefix.written, "*"));
  return absl::StrJoin(all, " ");
}

bool HasWord(const std::vector<std::string>& tokens, const Word& word) {
  return std::ranges::any_of(word.spellings, [&](const std::string& spelling) {
    return std::ranges::binary_search(tokens, spelling);
  });
}

bool HasPrefix(const std::vector<std::string>& tokens, const Word& prefix) {
  return std::ranges::any_of(prefix.spellings, [&](const std::string& spelling) {
    const auto at = std::ranges::lower_bound(tokens, spelling);
    return at != tokens.end() && at->starts_with(spelling);
  });
}

std::vector<std::string> MissingOf(const Words& words, const std::vector<std::string>& tokens) {
  std::vector<std::string> missing;
  for (const Word& word : words.whole) {
    if (!HasWord(tokens, word)) missing.push_back(word.written);
  }
  for (const Word& prefix : words.prefixes) {
    if (!HasPrefix(tokens, prefix)) missing.push_back(prefix.written + "*");
  }
  return missing;
}

}  // namespace clusterwire::filter
