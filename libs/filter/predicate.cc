#include "libs/filter/predicate.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "libs/base/status/error.h"
#include "libs/filter/clauses.h"
#include "libs/filter/terms/geo.h"

namespace clusterwire::filter {
namespace {

Clauses ReadClauses(const Filter& filter) {
  Clauses clauses;
  clauses.filter = &filter;
  clauses.words = ParseWords(filter.words());
  clauses.period = DaysOf(filter.period());
  clauses.deadline = DaysOf(filter.deadline());
  for (const Filter& excluded : filter.none_of()) {
    clauses.none_of.push_back(ReadClauses(excluded));
  }
  return clauses;
}

Conditions ConditionsOf(const Clauses& clauses) {
  const Filter& filter = *clauses.filter;
  Conditions conditions;
  for (const ListField& field : ListFields()) {
    const Values& values = (filter.*field.values)();
    if (!values.empty()) conditions.one_of.push_back({field.term, {values.begin(), values.end()}});
  }
  for (const Word& word : clauses.words.whole) {
    conditions.one_of.push_back(
        {TermField::kToken, {word.spellings.begin(), word.spellings.end()}});
  }
  if (filter.has_within()) conditions.within = &filter.within();
  if (filter.has_size()) conditions.size = &filter.size();
  conditions.period = clauses.period;
  conditions.deadline = clauses.deadline;
  conditions.prefixes = clauses.words.prefixes;
  for (const Clauses& excluded : clauses.none_of) {
    conditions.none_of.push_back(ConditionsOf(excluded));
  }
  return conditions;
}

// True for each field that isn't set.
bool HoldsForAll(const Clauses& clauses, const FactsView& view) {
  const Filter& filter = *clauses.filter;
  const Facts& facts = view.facts();
  // clang-format off
  return std::ranges::all_of(ListFields(), [&](const ListField& list) {
           const Values& asked = (filter.*list.values)();
           return asked.empty() || HasOne(asked, ValuesOf(list.term, facts));
         }) &&
         (!filter.has_within() || Inside(filter.within(), facts)) &&
         (!clauses.period || Overlaps(*clauses.period, DaysOf(facts.period()))) &&
         (!clauses.deadline || Overlaps(*clauses.deadline, DeadlineOf(facts))) &&
         (!filter.has_size() || InRange(filter.size(), facts)) &&
         (clauses.words.empty() || MissingOf(clauses.words, view.tokens()).empty()) &&
         std::ranges::none_of(clauses.none_of,
                              [&](const Clauses& excluded) { return HoldsForAll(excluded, view); });
  // clang-format on
}

}  // namespace

const std::vector<std::string>& FactsView::tokens() const {
  if (tokens_ == nullptr) {
    own_tokens_ = TokensOf(facts_);
    tokens_ = &own_tokens_;
  }
  return *tokens_;
}

Predicate::Predicate(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

absl::StatusOr<Predicate> Predicate::Compile(const Filter& filter, const Viewer& viewer,
                                             const CompileOptions& options) {
  return Compile(filter, std::make_shared<const Viewer>(viewer), options);
}

absl::StatusOr<Predicate> Predicate::Compile(const Filter& filter,
                                             std::shared_ptr<const Viewer> viewer,
                                             const CompileOptions& options) {
  RETURN_IF_ERROR(CheckFilter(filter, options));
  return FromCanonical(Canonical(filter), std::move(viewer));
}

Predicate Predicate::FromCanonical(Filter filter, std::shared_ptr<const Viewer> viewer) {
  auto compiled = std::make_shared<Compiled>();
  compiled->viewer = std::move(viewer);
  compiled->filter = std::move(filter);
  compiled->clauses = ReadClauses(compiled->filter);
  return Predicate(std::move(compiled));
}

bool Predicate::Matches(const Facts& facts) const { return Matches(FactsView(facts)); }

bool Predicate::Matches(const FactsView& view) const {
  return Sees(*compiled_->viewer, view.facts()) && HoldsForAll(compiled_->clauses, view);
}

bool HasOne(const Values& asked, const std::vector<std::string_view>& had) {
  return std::ranges::any_of(had, [&](std::string_view value) {
    return std::binary_search(asked.begin(), asked.end(), value);
  });
}

bool Inside(const type::v1::Circle& circle, const Facts& facts) {
  const auto point = ExactPoint(facts.point());
  return point &&
         DistanceMeters({circle.latitude(), circle.longitude()}, *point) <= circle.radius_meters();
}

bool Overlaps(const DayRange& asked, const std::optional<DayRange>& had) {
  return had && asked.Overlaps(*had);
}

bool InRange(const type::v1::IntRange& range, const Facts& facts) {
  return facts.has_size() && (!range.has_min() || range.min() <= facts.size()) &&
         (!range.has_max() || facts.size() <= range.max());
}

Conditions Predicate::conditions() const { return ConditionsOf(compiled_->clauses); }

const Filter& Predicate::filter() const { return compiled_->filter; }

const Viewer& Predicate::viewer() const { return *compiled_->viewer; }

std::shared_ptr<const Viewer> Predicate::shared_viewer() const { return compiled_->viewer; }

Predicate Predicate::Without(std::string_view field) const {
  for (const ListField& list : ListFields()) {
    if (list.name != field || (filter().*list.values)().empty()) continue;
    Filter rest = filter();
    (rest.*list.mutable_values)()->Clear();
    return FromCanonical(std::move(rest), compiled_->viewer);
  }
  return *this;
}

Predicate PackedPredicate::Unpacked() const {
  Filter filter;
  if (!filter.ParseFromString(filter_)) std::abort();  // it was written by this process
  return Predicate::FromCanonical(std::move(filter), viewer_);
}

}  // namespace clusterwire::filter
