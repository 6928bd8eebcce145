#include <algorithm>

#include "libs/filter/clauses.h"
#include "libs/filter/fields.h"
#include "libs/filter/terms/columns.h"
#include "libs/filter/terms/geo.h"

// What a filter means. Everything else that answers filters is a faster way to the same answer.
namespace clusterwire::filter {

bool Predicate::Matches(const FactsView& view) const {
  return Sees(compiled_->viewer, view.facts()) && HoldsForAll(compiled_->clauses, view);
}

bool HoldsForAll(const Clauses& clauses, const FactsView& view) {
  const Filter& filter = clauses.filter;
  const Facts& facts = view.facts();
  // clang-format off
  return OneOf(filter.types(), facts.type()) &&
         IsOrIsAbout(filter.names(), facts) &&
         OneOf(filter.sectors(), facts.codes()) &&
         OneOf(filter.regions(), facts.codes()) &&
         OneOf(filter.programmes(), facts.programmes()) &&
         OneOf(filter.label_levels(), facts.label_levels()) &&
         OneOf(filter.labels_held(), facts.labels_held()) &&
         OneOf(filter.kinds(), facts.kind()) &&
         OneOf(filter.states(), facts.state()) &&
         (!filter.has_within() || Inside(filter.within(), facts)) &&
         (!clauses.period || Overlaps(clauses.period, PeriodOf(facts))) &&
         (!clauses.deadline || Overlaps(clauses.deadline, DeadlineOf(facts))) &&
         (!filter.has_size() || InRange(filter.size(), facts)) &&
         OneOf(filter.languages(), facts.languages()) &&
         OneOf(filter.external_ids(), facts.external_ids()) &&
         (clauses.words.empty() || HasWords(clauses.words, view)) &&
         std::none_of(clauses.none_of.begin(), clauses.none_of.end(),
                      [&](const Clauses& excluded) { return HoldsForAll(excluded, view); });
  // clang-format on
}

bool OneOf(const Values& asked, const std::string& had) {
  return asked.empty() || std::binary_search(asked.begin(), asked.end(), had);
}

bool OneOf(const Values& asked, const Values& had) {
  return asked.empty() || std::any_of(had.begin(), had.end(), [&](const std::string& value) {
           return std::binary_search(asked.begin(), asked.end(), value);
         });
}

bool IsOrIsAbout(const Values& names, const Facts& facts) {
  if (names.empty() || OneOf(names, facts.name()) || OneOf(names, facts.clusters()) ||
      OneOf(names, facts.programmes()) || OneOf(names, facts.parent())) {
    return true;
  }
  return std::any_of(names.begin(), names.end(), [&](const std::string& above) {
    return facts.name().starts_with(above) && facts.name()[above.size()] == '/';
  });
}

bool Inside(const type::v1::Circle& circle, const Facts& facts) {
  const auto point = ExactPoint(facts.point());
  return point &&
         DistanceMeters({circle.latitude(), circle.longitude()}, *point) <= circle.radius_meters();
}

bool Overlaps(const std::optional<DayRange>& asked, const std::optional<DayRange>& had) {
  return had && asked->Overlaps(*had);
}

bool InRange(const type::v1::IntRange& range, const Facts& facts) {
  return facts.has_size() && (!range.has_min() || range.min() <= facts.size()) &&
         (!range.has_max() || facts.size() <= range.max());
}

bool HasWords(const Words& words, const FactsView& view) {
  const std::vector<std::string>& tokens = view.tokens();
  return std::all_of(words.whole.begin(), words.whole.end(),
                     [&](const std::string& word) { return HasWord(tokens, word); }) &&
         std::all_of(words.prefixes.begin(), words.prefixes.end(),
                     [&](const std::string& prefix) { return HasPrefix(tokens, prefix); });
}

}  // namespace clusterwire::filter
