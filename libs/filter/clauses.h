#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/repeated_ptr_field.h"

#include "libs/base/time/date.h"
#include "libs/filter/predicate.h"
#include "libs/filter/terms/words.h"

// Inside the library: the fields of a filter, and a canonical filter with its texts read.
namespace clusterwire::filter {

using Values = google::protobuf::RepeatedPtrField<std::string>;

inline constexpr size_t kMaxValueBytes = 300;
inline constexpr size_t kMaxWords = 20;
inline constexpr size_t kMaxWordsCharacters = 500;
inline constexpr int kMaxNoneOf = 5;

// A field that lists values, with its limit and form: the Facts have one of the values.
struct ListField {
  std::string_view name;
  size_t limit;
  TermField term;
  const Values& (Filter::*values)() const;
  Values* (Filter::*mutable_values)();
  // The canonical spelling.
  std::string (*fold)(std::string_view value);
  bool (*well_formed)(std::string_view folded);
  std::string_view form;  // for a person, with an example
};

// In the order of Filter.
std::span<const ListField> ListFields();

// See Predicate::Compile.
absl::Status CheckFilter(const Filter& filter, const CompileOptions& options);
// The canonical form of a filter that passed the check.
Filter Canonical(Filter filter);

struct Clauses {
  const Filter* filter;  // canonical
  Words words;
  std::optional<DayRange> period;
  std::optional<DayRange> deadline;
  std::vector<Clauses> none_of;
};

struct Predicate::Compiled {
  std::shared_ptr<const Viewer> viewer;
  Filter filter;
  Clauses clauses;  // of it
};

// The definition of each field that is set.
bool HasOne(const Values& asked, const std::vector<std::string_view>& had);
bool Inside(const type::v1::Circle& circle, const Facts& facts);
bool Overlaps(const DayRange& asked, const std::optional<DayRange>& had);
bool InRange(const type::v1::IntRange& range, const Facts& facts);

}  // namespace clusterwire::filter
