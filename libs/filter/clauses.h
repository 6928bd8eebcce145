#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/base/time/date.h"
#include "libs/filter/fields.h"
#include "libs/filter/predicate.h"
#include "libs/filter/terms/words.h"

// Inside the library: a canonical filter, its texts read.
namespace clusterwire::filter {

struct Clauses {
  Filter filter;
  Words words;
  std::optional<DayRange> period;
  std::optional<DayRange> deadline;
  std::vector<Clauses> none_of;
};

struct Predicate::Compiled {
  Viewer viewer;
  Clauses clauses;
  std::vector<std::vector<Term>> required;
  bool exact = false;
};

// `filter` is canonical.
Clauses ReadClauses(const Filter& filter);
std::vector<std::vector<Term>> RequiredTerms(const Clauses& clauses, const Viewer& viewer);
bool TermsSuffice(const Clauses& clauses);

// The definition of each field; true when the filter doesn't set it.
bool HoldsForAll(const Clauses& clauses, const FactsView& view);
bool OneOf(const Values& asked, const std::string& had);
bool OneOf(const Values& asked, const Values& had);
bool IsOrIsAbout(const Values& names, const Facts& facts);
bool Inside(const type::v1::Circle& circle, const Facts& facts);
bool Overlaps(const std::optional<DayRange>& asked, const std::optional<DayRange>& had);
bool InRange(const type::v1::IntRange& range, const Facts& facts);
bool HasWords(const Words& words, const FactsView& view);

}  // namespace clusterwire::filter
