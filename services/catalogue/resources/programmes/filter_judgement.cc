#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

#include "libs/filter/predicate.h"
#include "libs/filter/terms/geo.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/resources/programmes/judgement.h"

namespace clusterwire::catalogue {
namespace {

using type::v1::Facts;
using type::v1::Filter;

enum class Truth { kTrue, kFalse, kUnknown };

// What one field of a filter comes to.
struct Clause {
  Truth truth;
  std::string text;
  std::vector<std::string> missing = {};
};

// Which path of Cluster would have to be stated. Closer: it is, in a way that leaves the question
// open.
struct Lack {
  std::string path;
  bool closer = false;
};

// Whether the cluster states a code above `asked`, and nothing below that: it is in Germany, and
// in which part is unknown.
bool StopsAbove(const std::string& asked, const std::vector<std::string_view>& had,
                const CodeBook& book) {
  const std::vector<std::string> above = book.WithAncestors(asked);
  const auto closest = std::find_if(above.begin() + 1, above.end(), [&](const std::string& code) {
    return std::ranges::find(had, code) != had.end();
  });
  if (closest == above.end()) return false;
  return std::ranges::none_of(had, [&](std::string_view code) {
    if (code == *closest) return false;
    const std::vector<std::string> line = book.WithAncestors(code);
    return std::ranges::find(line, *closest) != line.end();
  });
}

std::string_view ListOf(std::string_view code) { return code.substr(0, code.find(':') + 1); }

// Nothing on any of the asked lists, or nothing that decides.
std::optional<Lack> LackOfCodes(const char* field, const Strings& asked, const Facts& facts,
                                const CodeBook& book) {
  const std::vector<std::string_view> had = filter::FacetValues(field, facts);
  if (had.empty()) return Lack{field};
  const bool on_a_list = std::ranges::any_of(asked, [&](std::string_view code) {
    return std::ranges::find(had, ListOf(code), ListOf) != had.end();
  });
  const bool open = !on_a_list || std::ranges::any_of(asked, [&](const std::string& code) {
    return StopsAbove(code, had, book);
  });
  return open ? std::optional(Lack{field, true}) : std::nullopt;
}

// An id of a register counts as stated when there is one of that register.
bool HasRegisterOf(const Strings& asked, const Facts& facts) {
  return std::ranges::any_of(asked, [&](const std::string& id) {
    return std::ranges::any_of(facts.external_ids(),
                               [&](const std::string& had) { return ListOf(had) == ListOf(id); });
  });
}

// What the Facts lack to decide a field that doesn't match. `filter` is canonical.
std::optional<Lack> LackOf(std::string_view field, const Filter& filter, const Facts& facts,
                           const CodeBook& book) {
  if (field == "sectors") return LackOfCodes("sectors", filter.sectors(), facts, book);
  if (field == "regions") return LackOfCodes("regions", filter.regions(), facts, book);
  if (field == "languages" && facts.languages().empty()) return Lack{"languages"};
  if (field == "external_ids" && !HasRegisterOf(filter.external_ids(), facts)) {
    return Lack{"external_ids"};
  }
  if (field == "within" && !filter::ExactPoint(facts.point())) return Lack{"seat.point"};
  if (field == "size" && !facts.has_size()) return Lack{"members.total"};
  return std::nullopt;
}

// What was asked for, as Explain ends its texts.
std::string AskedIn(const std::string& text) {
  const size_t asked = text.rfind("; asked for");
  return asked == std::string::npos ? "" : text.substr(asked);
}

std::vector<Clause> ClausesOf(const filter::Predicate& predicate, const Facts& facts,
                              const CodeBook& book);

// An excluding filter: what is known to fail one of its fields isn't excluded.
Clause OfExcluded(const Filter& excluded, filter::Verdict verdict, const Facts& facts,
                  const CodeBook& book) {
  if (verdict.matched) {
    const auto predicate = filter::Predicate::Compile(excluded, filter::Viewer::Operator());
    if (!predicate.ok()) return {Truth::kUnknown, std::string(predicate.status().message())};
    std::vector<std::string> missing;
    for (const Clause& inner : ClausesOf(*predicate, facts, book)) {
      if (inner.truth == Truth::kFalse) return {Truth::kTrue, std::move(verdict.text)};
      missing.insert(missing.end(), inner.missing.begin(), inner.missing.end());
    }
    return {Truth::kUnknown,
            absl::StrCat("doesn't state ", absl::StrJoin(missing, ", "),
                         ", which decides whether it is excluded"),
            missing};
  }
  return {Truth::kFalse, std::move(verdict.text)};
}

Clause OfField(filter::Verdict verdict, const Filter& filter, const Facts& facts,
               const CodeBook& book) {
  absl::string_view place = verdict.field;
  int index = 0;
  if (absl::ConsumePrefix(&place, "none_of[") && absl::ConsumeSuffix(&place, "]") &&
      absl::SimpleAtoi(place, &index)) {
    return OfExcluded(filter.none_of(index), std::move(verdict), facts, book);
  }
  if (verdict.matched) return {Truth::kTrue, std::move(verdict.text)};
  const std::optional<Lack> lack = LackOf(verdict.field, filter, facts, book);
  if (!lack) return {Truth::kFalse, std::move(verdict.text)};
  return {Truth::kUnknown,
          lack->closer
              ? absl::StrCat("doesn't state ", lack->path, " closely enough: ", verdict.text)
              : absl::StrCat("doesn't state ", lack->path, AskedIn(verdict.text)),
          {lack->path}};
}

std::vector<Clause> ClausesOf(const filter::Predicate& predicate, const Facts& facts,
                              const CodeBook& book) {
  std::vector<Clause> clauses;
  for (filter::Verdict& verdict : predicate.Explain(facts)) {
    if (verdict.field == "audience") continue;
    clauses.push_back(OfField(std::move(verdict), predicate.filter(), facts, book));
  }
  return clauses;
}

}  // namespace

Judgement JudgeFilter(const Filter& filter, const Facts& facts, const CodeBook& book) {
  const auto predicate = filter::Predicate::Compile(filter, filter::Viewer::Operator());
  if (!predicate.ok()) {  // of a newer release: fails closed
    return {.outcome = v1::Verdict::OUTCOME_UNKNOWN,
            .reason = absl::StrCat("can't be judged: ", predicate.status().message())};
  }
  const std::vector<Clause> clauses = ClausesOf(*predicate, facts, book);
  Truth truth = Truth::kTrue;
  for (const Clause& clause : clauses) {
    if (clause.truth == Truth::kFalse) truth = Truth::kFalse;
    if (clause.truth == Truth::kUnknown && truth == Truth::kTrue) truth = Truth::kUnknown;
  }
  Judgement judgement;
  if (truth == Truth::kFalse) judgement.outcome = v1::Verdict::OUTCOME_NOT_MET;
  if (truth == Truth::kUnknown) judgement.outcome = v1::Verdict::OUTCOME_UNKNOWN;
  std::vector<std::string> reasons;
  for (const Clause& clause : clauses) {
    if (clause.truth != truth) continue;
    reasons.push_back(clause.text);
    judgement.missing.insert(judgement.missing.end(), clause.missing.begin(), clause.missing.end());
  }
  judgement.reason = absl::StrJoin(reasons, "; it ");
  return judgement;
}

}  // namespace clusterwire::catalogue
