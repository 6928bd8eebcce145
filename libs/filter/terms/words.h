#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clusterwire::filter {

// A query's words, folded, sorted, each once.
struct Words {
  std::vector<std::string> whole;
  std::vector<std::string> prefixes;  // written with a '*' at the end
  bool lone_star = false;             // a '*' without the start of a word before it

  bool empty() const { return whole.empty() && prefixes.empty(); }
  size_t size() const { return whole.size() + prefixes.size(); }
  // What ParseWords() reads as the same words.
  std::string ToString() const;
};

Words ParseWords(std::string_view text);

// Whether each word is among `tokens`, which are sorted.
bool HasWord(const std::vector<std::string>& tokens, const std::string& word);
bool HasPrefix(const std::vector<std::string>& tokens, const std::string& prefix);
// The words that are not, prefixes with their '*'.
std::vector<std::string> MissingOf(const Words& words, const std::vector<std::string>& tokens);

}  // namespace clusterwire::filter
