#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"

#include "libs/base/text/strings.h"
#include "libs/filter/clauses.h"
#include "libs/filter/terms/geo.h"
#include "libs/text/text.h"

namespace clusterwire::filter {
namespace {

// Long lists are cut: a reader wants the reason, not the record.
constexpr std::ptrdiff_t kShownValues = 5;

using Texts = std::vector<std::string>;

// "a, b and c"; `joint` stands before the last.
std::string Listed(const Texts& values, std::string_view joint = " and ") {
  if (values.empty()) return "none";
  const std::ptrdiff_t shown = std::min(kShownValues, std::ssize(values));
  const std::ptrdiff_t more = std::ssize(values) - shown;
  const std::ptrdiff_t commas = more > 0 ? shown : shown - 1;
  std::string text = absl::StrJoin(values.begin(), values.begin() + commas, ", ");
  if (more > 0) return absl::StrCat(text, " and ", more, " more");
  if (commas > 0) absl::StrAppend(&text, ToAbsl(joint));
  return absl::StrCat(text, values.back());
}

std::string DaysText(const std::optional<DayRange>& days) {
  if (!days) return "no known day";
  if (days->first == FirstDay()) return absl::StrCat("until ", FormatDay(days->last));
  if (days->last == LastDay()) return absl::StrCat("from ", FormatDay(days->first));
  if (days->first == days->last) return FormatDay(days->first);
  return absl::StrCat(FormatDay(days->first), " to ", FormatDay(days->last));
}

struct Reason {
  bool matched = false;
  std::string text;
};

// How a value of a field is put before a person.
using Put = std::string (*)(const std::string& value, const Facts& facts);

std::string Plain(const std::string& value, const Facts&) {
  return absl::StrReplaceAll(value, {{"_", " "}});
}
std::string WithArticle(const std::string& value, const Facts& facts) {
  const bool vowel = std::string_view("aeiou").find(value[0]) != std::string_view::npos;
  return absl::StrCat(vowel ? "an " : "a ", Plain(value, facts));
}
// Their titles aren't in the Facts; their ids are what people call them.
std::string Programme(const std::string& name, const Facts&) {
  return absl::StrCat(name.substr(name.find('/') + 1), " (", name, ")");
}
std::string Language(const std::string& value, const Facts&) {
  return absl::StrCat(text::LanguageName(value), " (", value, ")");
}

// How a field that lists values is told: `verb`, then the values.
struct Wording {
  std::string_view field;
  const char* verb;
  Put put;
};
constexpr Wording kWordings[] = {{"types", "is ", WithArticle},
                                 {"sectors", "works in ", TitleWithValue},
                                 {"regions", "is in ", TitleWithValue},
                                 {"programmes", "belongs to ", Programme},
                                 {"label_levels", "has the label ", TitleWithValue},
                                 {"labels_held", "has or had the label ", TitleWithValue},
                                 {"kinds", "is of the kind ", Plain},
                                 {"states", "is ", Plain},
                                 {"languages", "uses ", Language},
                                 {"external_ids", "is known as ", TitleWithValue}};

Texts PutAll(const Wording& wording, const Facts& facts, const auto& values) {
  Texts texts;
  for (const std::string_view value : values) {
    texts.push_back(wording.put(std::string(value), facts));
  }
  return texts;
}

// Whether it is one of them itself, is under one, or is about one.
Reason OfNames(const Values& asked, const Facts& facts) {
  const std::vector<std::string_view> had = ValuesOf(TermField::kName, facts);
  Texts names;
  for (const std::string& name : asked) {
    if (std::ranges::find(had, name) == had.end()) continue;
    if (name == facts.name()) {
      return {.matched = true, .text = absl::StrCat("is ", TitleWithValue(name, facts), " itself")};
    }
    names.push_back(TitleWithValue(name, facts));
  }
  if (!names.empty()) return {.matched = true, .text = absl::StrCat("belongs to ", Listed(names))};
  for (const std::string& name : asked) names.push_back(TitleWithValue(name, facts));
  return {.matched = false, .text = absl::StrCat("doesn't belong to ", Listed(names, " or "))};
}

Reason OfList(const ListField& list, const Values& asked, const Facts& facts) {
  if (list.term == TermField::kName) return OfNames(asked, facts);
  const auto* const wording = std::ranges::find(kWordings, list.name, &Wording::field);
  std::vector<std::string_view> had = ValuesOf(list.term, facts);
  if (list.term == TermField::kCode) had = FacetValues(list.name, facts);
  const bool matched = HasOne(asked, ValuesOf(list.term, facts));
  if (!matched) {
    const std::string is = had.empty()
                               ? "has none"
                               : absl::StrCat(wording->verb, Listed(PutAll(*wording, facts, had)));
    return {
        .matched = false,
        .text = absl::StrCat(is, "; asked for ", Listed(PutAll(*wording, facts, asked), " or "))};
  }
  had = ValuesOf(list.term, facts);
  std::erase_if(had, [&](std::string_view value) {
    return !std::binary_search(asked.begin(), asked.end(), value);
  });
  return {.matched = true,
          .text = absl::StrCat(wording->verb, Listed(PutAll(*wording, facts, had)))};
}

Reason OfWithin(const type::v1::Circle& circle, const Facts& facts) {
  const auto point = ExactPoint(facts.point());
  if (!point)
    return {.matched = false, .text = "is at a place that isn't known to the address or the city"};
  const double meters = DistanceMeters({circle.latitude(), circle.longitude()}, *point);
  return {
      .matched = Inside(circle, facts),
      .text = absl::StrFormat("is %.1f km from the centre of the circle; asked for at most %.1f km",
                              meters / 1000, circle.radius_meters() / 1000)};
}

// `what` is said of the days that there are.
Reason OfDays(const char* what, const DayRange& asked, const std::optional<DayRange>& had) {
  return {.matched = Overlaps(asked, had),
          .text = absl::StrCat(what, DaysText(had), "; asked for ", DaysText(asked))};
}

Reason OfSize(const type::v1::IntRange& range, const Facts& facts) {
  return {.matched = InRange(range, facts),
          .text = absl::StrCat(facts.has_size() ? absl::StrCat("has ", facts.size(), " members")
                                                : "has members in a number that isn't known",
                               "; asked for",
                               range.has_min() ? absl::StrCat(" at least ", range.min()) : "",
                               range.has_max() ? absl::StrCat(" at most ", range.max()) : "")};
}

Reason OfWords(const Words& words, const FactsView& view) {
  const Texts missing = MissingOf(words, view.tokens());
  if (!missing.empty()) return {.matched = false, .text = absl::StrCat("lacks ", Listed(missing))};
  Texts all;
  for (const Word& word : words.whole) all.push_back(absl::StrCat("“", word.written, "”"));
  for (const Word& prefix : words.prefixes) all.push_back(absl::StrCat("“", prefix.written, "…”"));
  return {.matched = true, .text = absl::StrCat("mentions ", Listed(all))};
}

// Of an excluding filter, by the verdicts of its own fields.
Reason OfExcluded(const std::vector<Verdict>& inner) {
  const auto failed = std::ranges::find(inner, false, &Verdict::matched);
  if (failed != inner.end()) {
    return {.matched = true, .text = absl::StrCat("isn't excluded, since it ", failed->text)};
  }
  Texts reasons;
  for (const Verdict& verdict : inner) reasons.push_back(verdict.text);
  return {.matched = false, .text = absl::StrCat("is excluded, since it ", Listed(reasons))};
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
      add("period", OfDays("is dated ", *clauses.period, DaysOf(facts.period())));
    } else if (field->number() == Filter::kDeadlineFieldNumber) {
      add("deadline", OfDays("is due ", *clauses.deadline, DeadlineOf(facts)));
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

std::string TitleWithValue(const std::string& value, const Facts& facts) {
  const auto title = std::ranges::find(facts.titles(), value, &type::v1::Title::value);
  return title == facts.titles().end() ? value : absl::StrCat(title->title(), " (", value, ")");
}

std::vector<Verdict> Predicate::Explain(const Facts& facts) const {
  const bool seen = Sees(compiled_->viewer, facts);
  std::vector<Verdict> verdicts = VerdictsOf(compiled_->clauses, FactsView(facts));
  verdicts.insert(
      verdicts.begin(),
      {.field = "audience", .matched = seen, .text = seen ? "may be seen" : "may not be seen"});
  return verdicts;
}

}  // namespace clusterwire::filter
