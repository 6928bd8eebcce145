#include "services/catalogue/resources/clusters/similar_names.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

#include "libs/base/text/strings.h"
#include "libs/text/text.h"

namespace clusterwire::catalogue {
namespace {

// As many words as a filter may have, and fewer characters than its words may.
constexpr size_t kMostWords = 20;
constexpr size_t kMostCharacters = 400;

// A word of a name, and how it is written.
struct NameWord {
  std::string folded;
  std::string written;  // letters apart where they were written so: "e v"
};

// One spelling of all that a word may have: "muenchen", "münchen" and "munchen" are the same.
std::string Canonical(const std::string& word) {
  const std::vector<std::string> spellings = text::Spellings(word);
  const std::string& first = spellings.empty() ? word : spellings.front();
  return absl::StrReplaceAll(first, {{"ae", "a"}, {"oe", "o"}, {"ue", "u"}});
}

// As they stand after Canonical().
bool IsLegalForm(const std::string& word) {
  static const auto& forms = *new std::set<std::string, std::less<>>{
      // Germany, Austria, Switzerland
      "ev", "gmbh", "ggmbh", "mbh", "ag", "kg", "co", "ohg", "ug", "eg", "ggag", "egen", "sagl",
      // France, Belgium, Luxembourg
      "asbl", "aisbl", "vzw", "ivzw", "sas", "sasu", "sarl", "sa", "scrl", "srl", "sprl", "cvba",
      // Italy, Spain, Portugal
      "spa", "scarl", "scpa", "scrl", "sl", "slu", "aie", "lda", "aei",
      // the Netherlands, the Nordic countries, the Baltic states
      "bv", "nv", "cv", "aps", "as", "ab", "oy", "oyj", "ry", "asa", "ehf", "ou", "mtu", "uab",
      "sia",
      // Central and Eastern Europe
      "sro", "zs", "os", "zspo", "spzoo", "sp", "zoo", "doo", "dd", "kft", "bt", "zrt", "nyrt",
      "ood", "eood", "ad", "ead", "ike", "epe", "sti",
      // English, and forms of the Union
      "ltd", "limited", "plc", "llc", "inc", "cic", "clg", "dac", "eeig", "ewiv", "geie", "se"};
  return forms.contains(word);
}

bool IsJoiningWord(const std::string& word) {
  static const auto& words =
      *new std::set<std::string, std::less<>>{"and", "und", "et", "y", "the", "der", "die", "das"};
  return words.contains(word);
}

// Letters that stand alone are an abbreviation together: "e. V.", "a.s.b.l.".
std::vector<NameWord> Joined(std::string_view title) {
  std::vector<NameWord> joined;
  bool last_single = false;
  for (const std::string& word : text::Words(title)) {
    // One letter, "Ş" too.
    const bool single = text::Spellings(word).front().size() == 1;
    if (single && last_single) {
      joined.back().folded += Canonical(word);
      joined.back().written += " " + word;
    } else {
      joined.push_back({Canonical(word), word});
    }
    last_single = single;
  }
  return joined;
}

// Without what says nothing; all of them where nothing else is there.
std::vector<NameWord> Telling(std::string_view title) {
  const std::vector<NameWord> all = Joined(title);
  std::vector<NameWord> telling;
  std::ranges::copy_if(all, std::back_inserter(telling), [](const NameWord& word) {
    return !IsLegalForm(word.folded) && !IsJoiningWord(word.folded);
  });
  return telling.empty() ? all : telling;
}

}  // namespace

std::string FoldedName(std::string_view title) {
  std::set<std::string> words;
  for (const NameWord& word : Telling(title)) words.insert(word.folded);
  return absl::StrJoin(words, " ");
}

std::string SearchableWords(std::string_view title) {
  std::vector<std::string> words;
  size_t characters = 0;
  for (const NameWord& word : Telling(title)) {
    // Written apart here and together there, it is found by the others.
    if (word.written.find(' ') != std::string::npos) continue;
    characters += word.written.size() + 1;
    if (words.size() == kMostWords || characters > kMostCharacters) break;
    words.push_back(word.written);
  }
  return absl::StrJoin(words, " ");
}

}  // namespace clusterwire::catalogue
