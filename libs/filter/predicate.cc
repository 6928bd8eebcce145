#include "libs/filter/predicate.h"

#include <utility>

#include "libs/base/status/status_macros.h"
#include "libs/filter/check.h"
#include "libs/filter/clauses.h"
#include "libs/filter/fields.h"
#include "libs/filter/terms/geo.h"

namespace clusterwire::filter {
namespace {

// A checked period, or none where the field isn't set.
std::optional<DayRange> Days(const type::v1::Period& period) {
  const auto days = ParsePeriod(period.start(), period.end());
  return days.ok() ? *days : std::nullopt;
}

}  // namespace

const std::vector<std::string>& FactsView::tokens() const {
  if (tokens_ == nullptr) {
    own_tokens_ = TokensOf(facts_);
    tokens_ = &own_tokens_;
  }
  return *tokens_;
}

Clauses ReadClauses(const Filter& filter) {
  Clauses clauses;
  clauses.filter = filter;
  clauses.words = ParseWords(filter.words());
  clauses.period = Days(filter.period());
  clauses.deadline = Days(filter.deadline());
  for (const Filter& excluded : filter.none_of()) {
    clauses.none_of.push_back(ReadClauses(excluded));
  }
  return clauses;
}

std::vector<std::vector<Term>> RequiredTerms(const Clauses& clauses, const Viewer& viewer) {
  std::vector<std::vector<Term>> groups;
  if (!viewer.operator_) {
    std::vector<Term>& audience = groups.emplace_back();
    audience.push_back(EverybodyTerm());
    for (const std::string& member : viewer.members) {
      audience.push_back(MakeTerm(TermField::kAudience, member));
    }
  }
  for (const ListField& field : ListFields()) {
    const Values& values = (clauses.filter.*field.values)();
    if (values.empty()) continue;
    std::vector<Term>& group = groups.emplace_back();
    for (const std::string& value : values) group.push_back(MakeTerm(field.term, value));
  }
  if (clauses.filter.has_within()) {
    std::vector<Term>& group = groups.emplace_back();
    for (const uint64_t cell : Covering(clauses.filter.within())) group.push_back(CellTerm(cell));
  }
  for (const std::string& word : clauses.words.whole) {
    groups.push_back({MakeTerm(TermField::kToken, word)});
  }
  return groups;
}

bool TermsSuffice(const Clauses& clauses) {
  return !clauses.filter.has_within() && !clauses.period && !clauses.deadline &&
         !clauses.filter.has_size() && clauses.words.prefixes.empty() && clauses.none_of.empty();
}

Predicate::Predicate(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

absl::StatusOr<Predicate> Predicate::Compile(const Filter& filter, const Viewer& viewer,
                                             const CompileOptions& options) {
  RETURN_IF_ERROR(CheckFilter(filter, options));
  return FromCanonical(Canonical(filter), viewer);
}

Predicate Predicate::FromCanonical(const Filter& filter, const Viewer& viewer) {
  auto compiled = std::make_shared<Compiled>();
  compiled->viewer = viewer;
  compiled->clauses = ReadClauses(filter);
  compiled->required = RequiredTerms(compiled->clauses, viewer);
  compiled->exact = TermsSuffice(compiled->clauses);
  return Predicate(std::move(compiled));
}

bool Predicate::Matches(const Facts& facts) const { return Matches(FactsView(facts)); }

const std::vector<std::vector<Term>>& Predicate::required() const { return compiled_->required; }

bool Predicate::exact() const { return compiled_->exact; }

const Filter& Predicate::filter() const { return compiled_->clauses.filter; }

Predicate Predicate::Without(std::string_view field) const {
  for (const ListField& list : ListFields()) {
    if (list.name != field || (filter().*list.values)().empty()) continue;
    Filter rest = filter();
    (rest.*list.mutable_values)()->Clear();
    return FromCanonical(rest, compiled_->viewer);
  }
  return *this;
}

}  // namespace clusterwire::filter
