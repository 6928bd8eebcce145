#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clusterwire::filter {

// A word that is asked for, in any of its spellings: "münchen" as "munchen" or "muenchen".
struct Word {
  explicit Word(std::string text);

  std::string written;  // as text::Words() gives it, so that it is read as the same word again
  std::vector<std::string> spellings;
};

// A query's words, sorted, each once.
struct Words {
  std::vector<Word> whole;
  std::vector<Word> prefixes;  // written with a '*' at the end
  bool lone_star = false;      // a '*' without the start of a word before it

  bool empty() const { return whole.empty() && prefixes.empty(); }
  size_t size() const { return whole.size() + prefixes.size(); }
  // What ParseWords() reads as the same words.
  std::string ToString() const;
};

Words ParseWords(std::string_view text);

// Whether a spelling of the word is among `tokens`, which are sorted, or one of them begins so.
bool HasWord(const std::vector<std::string>& tokens, const Word& word);
bool HasPrefix(const std::vector<std::string>& tokens, const Word& prefix);
// The words that are not there, prefixes with their '*'.
std::vector<std::string> MissingOf(const Words& words, const std::vector<std::string>& tokens);

}  // namespace clusterwire::filter
