#include "libs/filter/vocabulary.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/text/nearest.h"
#include "libs/base/text/strings.h"
#include "libs/filter/names.h"

namespace clusterwire::filter {
namespace {

using type::v1::Filter;
using WordList = std::vector<std::string>;
using Types = std::map<std::string_view, const Vocabulary::Type*>;
using Field = WordList Vocabulary::Type::*;

std::string At(std::string_view list, int i) { return absl::StrCat(ToAbsl(list), "[", i, "]"); }

bool Has(const WordList& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

Types AllTypes(const Vocabulary& vocabulary) {
  Types types;
  for (const auto& [name, type] : vocabulary.types) types[name] = &type;
  return types;
}

// Those that the filter may find: all, unless it names some.
Types TypesOf(const Filter& filter, const Vocabulary& vocabulary) {
  Types types;
  for (const std::string& value : filter.types()) {
    const auto found = vocabulary.types.find(absl::AsciiStrToLower(value));
    if (found != vocabulary.types.end()) types[found->first] = &found->second;
  }
  return filter.types().empty() ? AllTypes(vocabulary) : types;
}

bool IsIn(const Types& types, Field field, std::string_view word) {
  return std::ranges::any_of(types,
                             [&](const auto& type) { return Has(type.second->*field, word); });
}

// The words of all of them in one field, sorted, each once.
WordList WordsIn(const Types& types, Field field) {
  std::set<std::string> words;
  for (const auto& [name, type] : types) {
    words.insert((type->*field).begin(), (type->*field).end());
  }
  return {words.begin(), words.end()};
}

bool HasOpenKinds(const Types& types) {
  return std::ranges::any_of(types, [](const auto& type) { return type.second->open_kinds; });
}

std::string Names(const Types& types) {
  return absl::StrJoin(types, " or ", [](std::string* out, const auto& type) {
    absl::StrAppend(out, ToAbsl(type.first));
  });
}

class VocabularyChecker {
 public:
  VocabularyChecker(const Vocabulary& vocabulary, FieldErrors& errors)
      : vocabulary_(vocabulary), errors_(errors) {}

  void Check(const Filter& filter, const std::string& path) {
    const auto under = [&path](std::string_view field) {
      return absl::StrCat(path, path.empty() ? "" : ".", ToAbsl(field));
    };
    CheckTypes(filter, under("types"));
    CheckNames(filter.names(), under("names"));
    CheckNames(filter.programmes(), under("programmes"));
    const Types types = TypesOf(filter, vocabulary_);
    CheckWords(filter.states(), types, &Vocabulary::Type::states, "state", under("states"));
    CheckWords(filter.kinds(), types, &Vocabulary::Type::kinds, "kind", under("kinds"));
    if (vocabulary_.levels) {
      CheckLevels(filter.label_levels(), under("label_levels"));
      CheckLevels(filter.labels_held(), under("labels_held"));
    }
    for (int i = 0; i < filter.none_of_size(); ++i) {
      Check(filter.none_of(i), At(under("none_of"), i));
    }
  }

 private:
  using Values = google::protobuf::RepeatedPtrField<std::string>;

  void CheckTypes(const Filter& filter, const std::string& path) {
    for (int i = 0; i < filter.types_size(); ++i) {
      const std::string type = absl::AsciiStrToLower(filter.types(i));
      if (vocabulary_.types.contains(type)) continue;
      WordList known;
      for (const auto& [name, words] : vocabulary_.types) known.push_back(name);
      errors_.Add(At(path, i), absl::StrCat("'", filter.types(i), "' is no type of resource",
                                            MeantText(type, known)));
    }
  }

  void CheckNames(const Values& values, const std::string& path) {
    for (int i = 0; i < values.size(); ++i) {
      const std::string wrong = WrongName(values[i], vocabulary_);
      if (!wrong.empty()) errors_.Add(At(path, i), wrong);
    }
  }

  void CheckWords(const Values& values, const Types& types, Field field, std::string_view what,
                  const std::string& path) {
    if (types.empty()) return;  // which is an error already
    for (int i = 0; i < values.size(); ++i) {
      const std::string word = absl::AsciiStrToLower(values[i]);
      if (IsIn(types, field, word)) continue;
      const WordList known = WordsIn(types, field);
      const WordList all = WordsIn(AllTypes(vocabulary_), field);
      const bool open = field == &Vocabulary::Type::kinds && HasOpenKinds(types);
      // A level may have any name, but hardly one that is nearly a word of the list.
      if (open && (Has(all, word) || Nearest(word, all).empty())) continue;
      errors_.Add(At(path, i), Has(all, word) ? Elsewhere(values[i], known, types, what)
                                              : absl::StrCat("'", values[i], "' is no ",
                                                             ToAbsl(what), MeantText(word, all)));
    }
  }

  // A word that other types have.
  static std::string Elsewhere(const std::string& value, const WordList& known, const Types& types,
                               std::string_view what) {
    return absl::StrCat("'", value, "' is no ", ToAbsl(what), " of a ", Names(types),
                        known.empty() ? absl::StrCat(", which has no ", ToAbsl(what))
                                      : absl::StrCat(": ", absl::StrJoin(known, ", ")));
  }

  void CheckLevels(const Values& values, const std::string& path) {
    for (int i = 0; i < values.size(); ++i) {
      const std::string level = absl::AsciiStrToLower(values[i]);
      if (Has(*vocabulary_.levels, level)) continue;
      errors_.Add(At(path, i), absl::StrCat("'", values[i], "' is no level of a label scheme",
                                            MeantText(level, *vocabulary_.levels)));
    }
  }

  const Vocabulary& vocabulary_;
  FieldErrors& errors_;
};

}  // namespace

void CheckVocabulary(const Filter& filter, const Vocabulary& vocabulary, std::string_view path,
                     FieldErrors& errors) {
  VocabularyChecker(vocabulary, errors).Check(filter, std::string(path));
}

std::vector<std::string> UnknownValues(const Filter& filter, const Vocabulary& vocabulary) {
  std::vector<std::string> unknown;
  const auto add = [&unknown](std::string_view list, int i, const std::string& value) {
    unknown.push_back(absl::StrCat(At(list, i), " '", value, "'"));
  };
  const Types types = TypesOf(filter, vocabulary);
  for (int i = 0; i < filter.sectors_size(); ++i) add("sectors", i, filter.sectors(i));
  for (int i = 0; i < filter.regions_size(); ++i) add("regions", i, filter.regions(i));
  for (int i = 0; i < filter.programmes_size(); ++i) add("programmes", i, filter.programmes(i));
  if (!vocabulary.levels) {
    for (int i = 0; i < filter.label_levels_size(); ++i) {
      add("label_levels", i, filter.label_levels(i));
    }
    for (int i = 0; i < filter.labels_held_size(); ++i)
      add("labels_held", i, filter.labels_held(i));
  }
  for (int i = 0; i < filter.kinds_size(); ++i) {
    const std::string kind = absl::AsciiStrToLower(filter.kinds(i));
    if (!IsIn(types, &Vocabulary::Type::kinds, kind)) add("kinds", i, filter.kinds(i));
  }
  return unknown;
}

}  // namespace clusterwire::filter
