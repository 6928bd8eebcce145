#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "libs/base/text/strings.h"
#include "libs/filter/clauses.h"
#include "libs/filter/fields.h"
#include "libs/filter/terms/columns.h"
#include "libs/filter/terms/geo.h"

namespace clusterwire::filter {
namespace {

// Long lists are cut: a reader wants the reason, not the record.
constexpr size_t kShownValues = 5;

template <typename Strings>
std::string Shown(const Strings& values) {
  std::string text;
  size_t count = 0;
  for (const auto& value : values) {
    if (count == kShownValues) {
      return absl::StrCat(text, " and ", values.size() - count, " more");
    }
    absl::StrAppend(&text, count++ == 0 ? "" : ", ", value);
  }
  return text.empty() ? "none" : text;
}

std::string DaysText(const std::optional<DayRange>& days) {
  if (!days) return "no known day";
  const bool from_start = days->first == FirstDay();
  const bool to_end = days->last == LastDay();
  if (from_start) return absl::StrCat("until ", FormatDay(days->last));
  if (to_end) return absl::StrCat("from ", FormatDay(days->first));
  return absl::StrCat(FormatDay(days->first), " to ", FormatDay(days->last));
}

// Writes the verdicts of one filter in the order of its fields.
class Explainer {
 public:
  Explainer(const Clauses& clauses, const FactsView& view) : clauses_(clauses), view_(view) {}

  std::vector<Verdict> Explain() {
    const Filter& filter = clauses_.filter;
    const Facts& facts = view_.facts();
    AddList("types", filter.types(), One(facts.type()));
    AddNames();
    AddList("sectors", filter.sectors(), facts.codes());
    AddList("regions", filter.regions(), facts.codes());
    AddList("programmes", filter.programmes(), facts.programmes());
    AddList("label_levels", filter.label_levels(), facts.label_levels());
    AddList("labels_held", filter.labels_held(), facts.labels_held());
    AddList("kinds", filter.kinds(), One(facts.kind()));
    AddList("states", filter.states(), One(facts.state()));
    if (filter.has_within()) AddWithin();
    if (clauses_.period) AddDays("period", clauses_.period, PeriodOf(facts));
    if (clauses_.deadline) AddDays("deadline", clauses_.deadline, DeadlineOf(facts));
    if (filter.has_size()) AddSize();
    AddList("languages", filter.languages(), facts.languages());
    AddList("external_ids", filter.external_ids(), facts.external_ids());
    if (!clauses_.words.empty()) AddWords();
    for (size_t i = 0; i < clauses_.none_of.size(); ++i) AddNoneOf(i);
    return std::move(verdicts_);
  }

 private:
  static Values One(const std::string& value) {
    Values values;
    if (!value.empty()) *values.Add() = value;
    return values;
  }

  void Add(std::string_view field, bool matched, std::string text) {
    verdicts_.push_back({std::string(field), matched, std::move(text)});
  }

  void AddList(std::string_view field, const Values& asked, const Values& had) {
    if (asked.empty()) return;
    std::vector<std::string> common;
    std::copy_if(had.begin(), had.end(), std::back_inserter(common), [&](const std::string& value) {
      return std::binary_search(asked.begin(), asked.end(), value);
    });
    Add(field, !common.empty(),
        common.empty() ? absl::StrCat("has ", Shown(had), "; asked for ", Shown(asked))
                       : absl::StrCat("has ", Shown(common)));
  }

  void AddNames() {
    const Values& asked = clauses_.filter.names();
    if (asked.empty()) return;
    const bool matched = IsOrIsAbout(asked, view_.facts());
    Add("names", matched,
        absl::StrCat(view_.facts().name(),
                     matched ? " is, is under or is about one of "
                             : " neither is, nor is under, nor is about ",
                     Shown(asked)));
  }

  void AddWithin() {
    const type::v1::Circle& circle = clauses_.filter.within();
    const bool matched = Inside(circle, view_.facts());
    const auto point = ExactPoint(view_.facts().point());
    if (!point) return Add("within", matched, "its place isn't known to the address or the city");
    const double meters = DistanceMeters({circle.latitude(), circle.longitude()}, *point);
    Add("within", matched,
        absl::StrFormat("is %.1f km from the centre; asked for at most %.1f km", meters / 1000,
                        circle.radius_meters() / 1000));
  }

  void AddDays(std::string_view field, const std::optional<DayRange>& asked,
               const std::optional<DayRange>& had) {
    Add(field, Overlaps(asked, had),
        absl::StrCat("has ", DaysText(had), "; asked for ", DaysText(asked)));
  }

  void AddSize() {
    const type::v1::IntRange& range = clauses_.filter.size();
    const Facts& facts = view_.facts();
    Add("size", InRange(range, facts),
        absl::StrCat(facts.has_size() ? absl::StrCat("has ", facts.size(), " members")
                                      : "its number of members isn't known",
                     "; asked for", range.has_min() ? absl::StrCat(" at least ", range.min()) : "",
                     range.has_max() ? absl::StrCat(" at most ", range.max()) : ""));
  }

  void AddWords() {
    const std::vector<std::string>& tokens = view_.tokens();
    std::vector<std::string> missing;
    for (const std::string& word : clauses_.words.whole) {
      if (!HasWord(tokens, word)) missing.push_back(word);
    }
    for (const std::string& prefix : clauses_.words.prefixes) {
      if (!HasPrefix(tokens, prefix)) missing.push_back(prefix + "*");
    }
    Add("words", missing.empty(),
        missing.empty() ? absl::StrCat("has ", clauses_.words.ToString())
                        : absl::StrCat("lacks ", Shown(missing)));
  }

  void AddNoneOf(size_t index) {
    const std::vector<Verdict> inner = Explainer(clauses_.none_of[index], view_).Explain();
    const auto failed =
        std::find_if(inner.begin(), inner.end(), [](const Verdict& v) { return !v.matched; });
    const bool excluded = failed == inner.end();
    std::vector<std::string> fields;
    for (const Verdict& verdict : inner) fields.push_back(verdict.field);
    Add(absl::StrCat("none_of[", index, "]"), !excluded,
        excluded ? absl::StrCat("is excluded by ", absl::StrJoin(fields, ", "))
                 : absl::StrCat("isn't excluded: ", failed->field, " ", failed->text));
  }

  const Clauses& clauses_;
  const FactsView& view_;
  std::vector<Verdict> verdicts_;
};

}  // namespace

std::vector<Verdict> Predicate::Explain(const Facts& facts) const {
  const FactsView view(facts);
  std::vector<Verdict> verdicts = Explainer(compiled_->clauses, view).Explain();
  const bool seen = Sees(compiled_->viewer, facts);
  verdicts.insert(
      verdicts.begin(),
      {.field = "audience", .matched = seen, .text = seen ? "may be seen" : "may not be seen"});
  return verdicts;
}

}  // namespace clusterwire::filter
