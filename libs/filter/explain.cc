#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"

#include "libs/filter/clauses.h"
#include "libs/filter/terms/geo.h"

namespace clusterwire::filter {
namespace {

// Long lists are cut: a reader wants the reason, not the record.
constexpr std::ptrdiff_t kShownValues = 5;

template <typename Strings>
std::string Shown(const Strings& values) {
  if (values.empty()) return "none";
  const std::ptrdiff_t shown = std::min(kShownValues, std::ssize(values));
  std::string text = absl::StrJoin(values.begin(), values.begin() + shown, ", ");
  const std::ptrdiff_t more = std::ssize(values) - shown;
  return more == 0 ? text : absl::StrCat(text, " and ", more, " more");
}

std::string DaysText(const std::optional<DayRange>& days) {
  if (!days) return "no known day";
  if (days->first == FirstDay()) return absl::StrCat("until ", FormatDay(days->last));
  if (days->last == LastDay()) return absl::StrCat("from ", FormatDay(days->first));
  return absl::StrCat(FormatDay(days->first), " to ", FormatDay(days->last));
}

struct Reason {
  bool matched = false;
  std::string text;
};

Reason OfList(const ListField& list, const Values& asked, const Facts& facts) {
  const std::vector<std::string_view> had = ValuesOf(list.term, facts);
  const bool matched = HasOne(asked, had);
  if (list.term == TermField::kName) {
    const char* relation =
        matched ? " is, is under or is about one of " : " neither is, nor is under, nor is about ";
    return {.matched = matched, .text = absl::StrCat(facts.name(), relation, Shown(asked))};
  }
  std::vector<std::string> shown(had.begin(), had.end());
  if (!matched)
    return {.matched = false,
            .text = absl::StrCat("has ", Shown(shown), "; asked for ", Shown(asked))};
  std::erase_if(shown, [&](const std::string& value) {
    return !std::binary_search(asked.begin(), asked.end(), value);
  });
  return {.matched = true, .text = absl::StrCat("has ", Shown(shown))};
}

Reason OfWithin(const type::v1::Circle& circle, const Facts& facts) {
  const auto point = ExactPoint(facts.point());
  if (!point) return {.matched = false, .text = "its place isn't known to the address or the city"};
  const double meters = DistanceMeters({circle.latitude(), circle.longitude()}, *point);
  return {.matched = Inside(circle, facts),
          .text = absl::StrFormat("is %.1f km from the centre; asked for at most %.1f km",
                                  meters / 1000, circle.radius_meters() / 1000)};
}

Reason OfDays(const DayRange& asked, const std::optional<DayRange>& had) {
  return {.matched = Overlaps(asked, had),
          .text = absl::StrCat("has ", DaysText(had), "; asked for ", DaysText(asked))};
}

Reason OfSize(const type::v1::IntRange& range, const Facts& facts) {
  return {.matched = InRange(range, facts),
          .text = absl::StrCat(facts.has_size() ? absl::StrCat("has ", facts.size(), " members")
                                                : "its number of members isn't known",
                               "; asked for",
                               range.has_min() ? absl::StrCat(" at least ", range.min()) : "",
                               range.has_max() ? absl::StrCat(" at most ", range.max()) : "")};
}

Reason OfWords(const Words& words, const FactsView& view) {
  const std::vector<std::string> missing = MissingOf(words, view.tokens());
  return {.matched = missing.empty(),
          .text = missing.empty() ? absl::StrCat("has ", words.ToString())
                                  : absl::StrCat("lacks ", Shown(missing))};
}

// Of an excluding filter, by the verdicts of its own fields.
Reason OfExcluded(const std::vector<Verdict>& inner) {
  const auto failed = std::ranges::find(inner, false, &Verdict::matched);
  if (failed != inner.end()) {
    return {.matched = true,
            .text = absl::StrCat("isn't excluded: ", failed->field, " ", failed->text)};
  }
  std::vector<std::string> fields;
  for (const Verdict& verdict : inner) fields.push_back(verdict.field);
  return {.matched = false, .text = absl::StrCat("is excluded by ", absl::StrJoin(fields, ", "))};
}

// In the order of Filter.
std::vector<Verdict> VerdictsOf(const Clauses& clauses, const FactsView& view) {
  const Filter& filter = clauses.filter;
  const Facts& facts = view.facts();
  std::vector<Verdict> verdicts;
  const auto add = [&](std::string field, Reason reason) {
    verdicts.push_back({std::move(field), reason.matched, std::move(reason.text)});
  };
  std::vector<const google::protobuf::FieldDescriptor*> set;
  filter.GetReflection()->ListFields(filter, &set);
  for (const auto* field : set) {
    const auto list = std::ranges::find(ListFields(), field->name(), &ListField::name);
    if (list != ListFields().end()) {
      add(field->name(), OfList(*list, (filter.*list->values)(), facts));
    } else if (field->number() == Filter::kWithinFieldNumber) {
      add("within", OfWithin(filter.within(), facts));
    } else if (field->number() == Filter::kPeriodFieldNumber) {
      add("period", OfDays(*clauses.period, DaysOf(facts.period())));
    } else if (field->number() == Filter::kDeadlineFieldNumber) {
      add("deadline", OfDays(*clauses.deadline, DeadlineOf(facts)));
    } else if (field->number() == Filter::kSizeFieldNumber) {
      add("size", OfSize(filter.size(), facts));
    } else if (field->number() == Filter::kWordsFieldNumber) {
      add("words", OfWords(clauses.words, view));
    }
  }
  for (size_t i = 0; i < clauses.none_of.size(); ++i) {
    add(absl::StrCat("none_of[", i, "]"), OfExcluded(VerdictsOf(clauses.none_of[i], view)));
  }
  return verdicts;
}

}  // namespace

std::vector<Verdict> Predicate::Explain(const Facts& facts) const {
  const bool seen = Sees(compiled_->viewer, facts);
  std::vector<Verdict> verdicts = VerdictsOf(compiled_->clauses, FactsView(facts));
  verdicts.insert(
      verdicts.begin(),
      {.field = "audience", .matched = seen, .text = seen ? "may be seen" : "may not be seen"});
  return verdicts;
}

}  // namespace clusterwire::filter
