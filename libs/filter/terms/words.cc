#include "libs/filter/terms/words.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "libs/base/text/strings.h"
#include "libs/text/text.h"

namespace clusterwire::filter {
namespace {

void SortOnce(std::vector<std::string>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

Words ParseWords(std::string_view text) {
  Words words;
  for (const absl::string_view part :
       absl::StrSplit(ToAbsl(text), absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty())) {
    std::vector<std::string> tokens = text::Tokens(ToStd(part));
    if (part.back() == '*') {
      if (tokens.empty()) {
        words.lone_star = true;
        continue;
      }
      words.prefixes.push_back(std::move(tokens.back()));
      tokens.pop_back();
    }
    words.whole.insert(words.whole.end(), tokens.begin(), tokens.end());
  }
  SortOnce(words.whole);
  SortOnce(words.prefixes);
  return words;
}

std::string Words::ToString() const {
  std::vector<std::string> all = whole;
  for (const std::string& prefix : prefixes) all.push_back(absl::StrCat(prefix, "*"));
  return absl::StrJoin(all, " ");
}

bool HasWord(const std::vector<std::string>& tokens, const std::string& word) {
  return std::binary_search(tokens.begin(), tokens.end(), word);
}

bool HasPrefix(const std::vector<std::string>& tokens, const std::string& prefix) {
  const auto at = std::lower_bound(tokens.begin(), tokens.end(), prefix);
  return at != tokens.end() && at->starts_with(prefix);
}

std::vector<std::string> MissingOf(const Words& words, const std::vector<std::string>& tokens) {
  std::vector<std::string> missing;
  for (const std::string& word : words.whole) {
    if (!HasWord(tokens, word)) missing.push_back(word);
  }
  for (const std::string& prefix : words.prefixes) {
    if (!HasPrefix(tokens, prefix)) missing.push_back(prefix + "*");
  }
  return missing;
}

}  // namespace clusterwire::filter
