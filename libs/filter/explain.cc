#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"

#include "libs/base/text/strings.h"
#include "libs/filter/clauses.h"
#include "libs/filter/terms/geo.h"
#include "libs/filter/titles.h"
#include "libs/text/language.h"
#include "libs/text/text.h"

namespace clusterwire::filter {
namespace {

// Long lists are cut: a reader wants the reason, not the record.
constexpr std::ptrdiff_t kShownValues = 5;

using Texts = std::vector<std::string>;

struct Reason {
  bool matched = false;
  std::string text;
};

class Teller;
// How a value of a field is put before a person.
using Put = std::string (Teller::*)(const std::string& value) const;

// How a field that lists values is told: a verb, then the values.
struct Wording {
  std::string_view field;
  std::string_view english;
  std::string_view german;
  Put put;
};

// Tells of one resource's Facts in one language.
class Teller {
 public:
  Teller(const Telling& telling, const FactsView& view)
      : telling_(telling), view_(view), facts_(view.facts()) {}

  // In the order of Filter.
  std::vector<Verdict> VerdictsOf(const Clauses& clauses) const;

  std::string Say(std::string_view english, std::string_view german) const {
    return std::string(text::In(telling_.language, english, german));
  }

 private:
  // What a list has to say of its values.
  static const Wording& WordingOf(std::string_view field);

  std::string Type(const std::string& value) const;
  std::string Kind(const std::string& value) const { return Called("kinds", value); }
  std::string State(const std::string& value) const { return Called("states", value); }
  std::string Called(std::string_view field, const std::string& value) const;
  std::string Titled(const std::string& value) const { return TitleWithValue(value, facts_); }
  // Their titles aren't in the Facts; their ids are what people call them.
  std::string Programme(const std::string& name) const {
    return absl::StrCat(name.substr(name.find('/') + 1), " (", name, ")");
  }
  std::string LanguageOf(const std::string& value) const {
    return absl::StrCat(text::LanguageName(value, telling_.language), " (", value, ")");
  }

  std::string And(const Texts& values) const { return Listed(values, Say(" and ", " und ")); }
  std::string Or(const Texts& values) const { return Listed(values, Say(" or ", " oder ")); }
  // "a, b and c"; `joint` stands before the last.
  std::string Listed(const Texts& values, const std::string& joint) const;
  std::string DaysText(const std::optional<DayRange>& days) const;
  Texts PutAll(const Wording& wording, const auto& values) const {
    Texts texts;
    for (const std::string_view value : values) {
      texts.push_back((this->*wording.put)(std::string(value)));
    }
    return texts;
  }

  Reason OfNames(const Values& asked) const;
  Reason OfList(const ListField& list, const Values& asked) const;
  Reason OfWithin(const type::v1::Circle& circle) const;
  // `what` is said of the days that there are.
  Reason OfDays(const std::string& what, const DayRange& asked,
                const std::optional<DayRange>& had) const;
  Reason OfSize(const type::v1::IntRange& range) const;
  Reason OfWords(const Words& words) const;
  // Of an excluding filter, by the verdicts of its own fields.
  Reason OfExcluded(const std::vector<Verdict>& inner) const;

  const Telling& telling_;
  const FactsView& view_;
  const Facts& facts_;
};

const Wording& Teller::WordingOf(std::string_view field) {
  static constexpr Wording kWordings[] = {
      {"types", "is ", "ist ", &Teller::Type},
      {"sectors", "works in ", "arbeitet in ", &Teller::Titled},
      {"regions", "is in ", "liegt in ", &Teller::Titled},
      {"programmes", "belongs to ", "gehört zu ", &Teller::Programme},
      {"label_levels", "has the label ", "hat das Label ", &Teller::Titled},
      {"labels_held", "has or had the label ", "hat oder hatte das Label ", &Teller::Titled},
      {"kinds", "is of the kind ", "ist von der Art ", &Teller::Kind},
      {"states", "is ", "hat den Status ", &Teller::State},
      {"languages", "uses ", "verwendet ", &Teller::LanguageOf},
      {"external_ids", "is known as ", "ist bekannt als ", &Teller::Titled}};
  return *std::ranges::find(kWordings, field, &Wording::field);
}

std::string Teller::Called(std::string_view field, const std::string& value) const {
  if (telling_.called != nullptr) {
    std::string called = telling_.called(field, facts_.type(), value, telling_.language);
    if (!called.empty()) return called;
  }
  return absl::StrReplaceAll(value, {{"_", " "}});
}

std::string Teller::Type(const std::string& value) const {
  const std::string called = Called("types", value);
  if (telling_.called != nullptr) return called;
  const bool vowel = std::string_view("aeiou").find(value[0]) != std::string_view::npos;
  return absl::StrCat(Say(vowel ? "an " : "a ", "ein "), called);
}

std::string Teller::Listed(const Texts& values, const std::string& joint) const {
  if (values.empty()) return Say("none", "nichts");
  const std::ptrdiff_t shown = std::min(kShownValues, std::ssize(values));
  const std::ptrdiff_t more = std::ssize(values) - shown;
  const std::ptrdiff_t commas = more > 0 ? shown : shown - 1;
  std::string text = absl::StrJoin(values.begin(), values.begin() + commas, ", ");
  if (more > 0) return absl::StrCat(text, Say(" and ", " und "), more, Say(" more", " weitere"));
  if (commas > 0) text += joint;
  return text + values.back();
}

std::string Teller::DaysText(const std::optional<DayRange>& days) const {
  const auto day = [this](absl::CivilDay of) { return text::DayIn(telling_.language, of); };
  if (!days) return Say("no known day", "keinen bekannten Tag");
  if (days->first == FirstDay()) return absl::StrCat(Say("until ", "bis zum "), day(days->last));
  if (days->last == LastDay()) return absl::StrCat(Say("from ", "ab dem "), day(days->first));
  if (days->first == days->last) return day(days->first);
  return absl::StrCat(day(days->first), Say(" to ", " bis "), day(days->last));
}

// Whether it is one of them itself, is under one, or is about one.
Reason Teller::OfNames(const Values& asked) const {
  const std::vector<std::string_view> had = ValuesOf(TermField::kName, facts_);
  Texts names;
  for (const std::string& name : asked) {
    if (std::ranges::find(had, name) == had.end()) continue;
    if (name == facts_.name()) {
      return {.matched = true,
              .text = absl::StrCat(Say("is ", "ist "), Titled(name), Say(" itself", " selbst"))};
    }
    names.push_back(Titled(name));
  }
  if (!names.empty()) {
    return {.matched = true, .text = absl::StrCat(Say("belongs to ", "gehört zu "), And(names))};
  }
  for (const std::string& name : asked) names.push_back(Titled(name));
  return {.matched = false,
          .text = absl::StrCat(Say("doesn't belong to ", "gehört nicht zu "), Or(names))};
}

Reason Teller::OfList(const ListField& list, const Values& asked) const {
  if (list.term == TermField::kName) return OfNames(asked);
  const Wording& wording = WordingOf(list.name);
  const std::string verb = Say(wording.english, wording.german);
  std::vector<std::string_view> had = ValuesOf(list.term, facts_);
  if (list.term == TermField::kCode) had = FacetValues(list.name, facts_);
  const bool matched = HasOne(asked, ValuesOf(list.term, facts_));
  if (!matched) {
    const std::string is = had.empty() ? Say("has none", "hat dazu keine Angabe")
                                       : absl::StrCat(verb, And(PutAll(wording, had)));
    return {.matched = false,
            .text = absl::StrCat(is, Say("; asked for ", "; gefragt ist "),
                                 Or(PutAll(wording, asked)))};
  }
  had = ValuesOf(list.term, facts_);
  std::erase_if(had, [&](std::string_view value) {
    return !std::binary_search(asked.begin(), asked.end(), value);
  });
  return {.matched = true, .text = absl::StrCat(verb, And(PutAll(wording, had)))};
}

Reason Teller::OfWithin(const type::v1::Circle& circle) const {
  const auto point = ExactPoint(facts_.point());
  if (!point) {
    return {.matched = false,
            .text = Say("is at a place that isn't known to the address or the city",
                        "liegt an einem Ort, der nicht auf Adresse oder Stadt genau bekannt ist")};
  }
  const auto kilometres = [this](double meters) {
    std::string text = absl::StrFormat("%.1f km", meters / 1000);
    if (telling_.language == text::Language::kGerman) text[text.find('.')] = ',';
    return text;
  };
  const double meters = DistanceMeters({circle.latitude(), circle.longitude()}, *point);
  return {
      .matched = Inside(circle, facts_),
      .text = absl::StrCat(Say("is ", "liegt "), kilometres(meters),
                           Say(" from the centre of the circle; asked for at most ",
                               " von der Mitte des Umkreises entfernt; gefragt sind höchstens "),
                           kilometres(circle.radius_meters()))};
}

Reason Teller::OfDays(const std::string& what, const DayRange& asked,
                      const std::optional<DayRange>& had) const {
  return {.matched = Overlaps(asked, had),
          .text = absl::StrCat(what, DaysText(had), Say("; asked for ", "; gefragt ist "),
                               DaysText(asked))};
}

Reason Teller::OfSize(const type::v1::IntRange& range) const {
  std::string text = facts_.has_size() ? absl::StrCat(Say("has ", "hat "), facts_.size(),
                                                      Say(" members", " Mitglieder"))
                                       : Say("has members in a number that isn't known",
                                             "hat eine unbekannte Zahl von Mitgliedern");
  text += Say("; asked for", "; gefragt sind");
  if (range.has_min()) absl::StrAppend(&text, Say(" at least ", " mindestens "), range.min());
  if (range.has_max()) absl::StrAppend(&text, Say(" at most ", " höchstens "), range.max());
  return {.matched = InRange(range, facts_), .text = std::move(text)};
}

Reason Teller::OfWords(const Words& words) const {
  const Texts missing = MissingOf(words, view_.tokens());
  if (!missing.empty()) {
    return {.matched = false, .text = absl::StrCat(Say("lacks ", "enthält nicht "), And(missing))};
  }
  const auto quoted = [this](const std::string& word, const char* end) {
    return absl::StrCat(Say("“", "„"), word, end, Say("”", "“"));
  };
  Texts all;
  for (const Word& word : words.whole) all.push_back(quoted(word.written, ""));
  for (const Word& prefix : words.prefixes) all.push_back(quoted(prefix.written, "…"));
  return {.matched = true, .text = absl::StrCat(Say("mentions ", "erwähnt "), And(all))};
}

Reason Teller::OfExcluded(const std::vector<Verdict>& inner) const {
  const auto failed = std::ranges::find(inner, false, &Verdict::matched);
  if (failed != inner.end()) {
    return {
        .matched = true,
        .text = absl::StrCat(Say("isn't excluded, since it ", "ist nicht ausgeschlossen, denn es "),
                             failed->text)};
  }
  Texts reasons;
  for (const Verdict& verdict : inner) reasons.push_back(verdict.text);
  return {.matched = false,
          .text = absl::StrCat(Say("is excluded, since it ", "ist ausgeschlossen, denn es "),
                               And(reasons))};
}

std::vector<Verdict> Teller::VerdictsOf(const Clauses& clauses) const {
  const Filter& filter = *clauses.filter;
  std::vector<Verdict> verdicts;
  const auto add = [&](std::string field, Reason reason) {
    verdicts.push_back({std::move(field), reason.matched, std::move(reason.text)});
  };
  std::vector<const google::protobuf::FieldDescriptor*> set;
  filter.GetReflection()->ListFields(filter, &set);
  for (const auto* field : set) {
    const auto list = std::ranges::find(ListFields(), field->name(), &ListField::name);
    if (list != ListFields().end()) {
      add(field->name(), OfList(*list, (filter.*list->values)()));
    } else if (field->number() == Filter::kWithinFieldNumber) {
      add("within", OfWithin(filter.within()));
    } else if (field->number() == Filter::kPeriodFieldNumber) {
      add("period",
          OfDays(Say("is dated ", "hat als Zeit "), *clauses.period, DaysOf(facts_.period())));
    } else if (field->number() == Filter::kDeadlineFieldNumber) {
      add("deadline",
          OfDays(Say("is due ", "hat als Frist "), *clauses.deadline, DeadlineOf(facts_)));
    } else if (field->number() == Filter::kSizeFieldNumber) {
      add("size", OfSize(filter.size()));
    } else if (field->number() == Filter::kWordsFieldNumber) {
      add("words", OfWords(clauses.words));
    }
  }
  for (size_t i = 0; i < clauses.none_of.size(); ++i) {
    add(absl::StrCat("none_of[", i, "]"), OfExcluded(VerdictsOf(clauses.none_of[i])));
  }
  return verdicts;
}

}  // namespace

std::string TitleWithValue(const std::string& value, const Facts& facts) {
  const std::string& title = TitleOf(value, facts);
  return title.empty() ? value : absl::StrCat(title, " (", value, ")");
}

std::vector<Verdict> Predicate::Explain(const Facts& facts, const Telling& telling) const {
  const bool seen = Sees(*compiled_->viewer, facts);
  const FactsView view(facts);
  const Teller teller(telling, view);
  std::vector<Verdict> verdicts = teller.VerdictsOf(compiled_->clauses);
  verdicts.insert(verdicts.begin(),
                  {.field = "audience",
                   .matched = seen,
                   .text = seen ? teller.Say("may be seen", "darf gesehen werden")
                                : teller.Say("may not be seen", "darf nicht gesehen werden")});
  return verdicts;
}

}  // namespace clusterwire::filter
