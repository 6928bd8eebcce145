#include "services/notification/channels/notice.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/repeated_ptr_field.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/change/wording.h"
#include "libs/text/form.h"
#include "libs/text/text.h"
#include "services/notification/channels/kind_texts.h"

namespace clusterwire::notification {
namespace {

using text::Language;
using type::v1::Facts;
using Lines = std::vector<std::string>;
using Names = google::protobuf::RepeatedPtrField<std::string>;

// How a transition is told.
struct Wording {
  std::string_view happening;  // where the kind of the change says nothing to a person
  std::string_view relation;   // before the title of the subscription,
  std::string_view rest;       // and after it
};

Wording WordingOf(v1::Transition transition, Language language) {
  const bool german = language == Language::kGerman;
  switch (transition) {
    case v1::TRANSITION_ENTERED:
      return german ? Wording{"passt jetzt", "Es passt jetzt zu „", "“."}
                    : Wording{"now matches", "It now matches “", "”."};
    case v1::TRANSITION_LEFT:
      return german ? Wording{"passt nicht mehr", "Es passt nicht mehr zu „", "“."}
                    : Wording{"no longer matches", "It no longer matches “", "”."};
    case v1::TRANSITION_CORRECTED:
      return german ? Wording{"hat sich geändert", "Es steht in Ihrem Kalender durch „", "“."}
                    : Wording{"changed", "It is in your calendar by “", "”."};
    default:
      return german ? Wording{"hat sich geändert", "Es passt wie bisher zu „", "“."}
                    : Wording{"changed", "It matches “", "” as before."};
  }
}

// A text of an editor is one line of the notice and can't pass itself off as another.
std::string OneLine(std::string_view text) {
  FieldErrors replaced;
  return absl::StrReplaceAll(text::InForm(text, type::v1::FORM_LINE, "", replaced), {{"\n", " "}});
}

// "side_event" → "side event".
std::string Plain(const std::string& word) { return absl::StrReplaceAll(word, {{"_", " "}}); }

// A resource by its title, else by its id; people read no resource names.
std::string Called(const std::string& name, const Facts& facts) {
  const auto title = std::ranges::find(facts.titles(), name, &type::v1::Title::value);
  return OneLine(title == facts.titles().end() ? name.substr(name.rfind('/') + 1) : title->title());
}

// Compares two images, field by field.
class Comparer {
 public:
  Comparer(const Facts& before, const Facts& after, Language language)
      : before_(before), after_(after), language_(language) {}

  Lines Compare();

 private:
  std::string Say(std::string_view english, std::string_view german) const {
    return std::string(text::In(language_, english, german));
  }
  // A word of a closed list, as people call it.
  std::string Word(std::string_view field, const Facts& of, const std::string& word) const {
    const std::string called = change::WordCalled(field, of.type(), word, language_);
    return called.empty() ? Plain(word) : called;
  }
  std::string Span(const type::v1::Period& period) const;
  // Of an event in its own local time.
  std::string When(const Facts& facts) const;
  std::string Size(const Facts& facts) const {
    return facts.has_size() ? absl::StrCat(facts.size()) : "";
  }

  void Texts(const std::string& what, const std::string& before, const std::string& after);
  // The values of a list are sorted, as in Facts. `put` gives one as a person reads it, from the
  // Facts that have it.
  template <typename Put>
  void Lists(const std::string& what, const Names& (Facts::*list)() const, Put put);

  const Facts& before_;
  const Facts& after_;
  const Language language_;
  Lines lines_;
};

void Comparer::Texts(const std::string& what, const std::string& before, const std::string& after) {
  if (before == after) return;
  const std::string none = Say("none", "ohne");
  lines_.push_back(absl::StrCat(what, ": ", before.empty() ? none : OneLine(before), " → ",
                                after.empty() ? none : OneLine(after)));
}

template <typename Put>
void Comparer::Lists(const std::string& what, const Names& (Facts::*list)() const, Put put) {
  std::string line;
  const auto add = [&](const char* sign, const Facts& of, const Facts& other) {
    Lines only;
    std::ranges::set_difference((of.*list)(), (other.*list)(), std::back_inserter(only));
    for (const std::string& value : only) absl::StrAppend(&line, sign, put(value, of));
  };
  add(" + ", after_, before_);
  add(" − ", before_, after_);
  if (!line.empty()) lines_.push_back(absl::StrCat(what, ":", line));
}

std::string Comparer::Span(const type::v1::Period& period) const {
  if (period.start().empty() && period.end().empty()) return "";
  const auto date = [this](const std::string& text) {
    return text.empty() ? "?" : text::DateIn(language_, text);
  };
  if (period.start() == period.end()) return date(period.start());
  return absl::StrCat(date(period.start()), Say(" to ", " bis "), date(period.end()));
}

std::string Comparer::When(const Facts& facts) const {
  const type::v1::Calendar& calendar = facts.calendar();
  if (calendar.start().empty() || calendar.whole_days()) return Span(facts.period());
  std::string when = text::LocalTimeIn(language_, calendar.start());
  // One that ends at midnight ends with the day before, at an hour that isn't known.
  if (calendar.end().ends_with("T00:00")) {
    if (facts.period().end() != facts.period().start()) {
      absl::StrAppend(&when, Say(" to ", " bis "), text::DateIn(language_, facts.period().end()));
    }
  } else if (!calendar.end().empty()) {
    absl::StrAppend(&when, Say(" to ", " bis "), text::LocalTimeIn(language_, calendar.end()));
  }
  return absl::StrCat(when, " (", calendar.time_zone(), ")");
}

Lines Comparer::Compare() {
  const auto titled = [](const std::string& value, const Facts& facts) {
    return OneLine(filter::TitleWithValue(value, facts));
  };
  const auto language = [this](const std::string& tag, const Facts&) {
    return text::LanguageName(tag, language_);
  };
  Texts(Say("Title", "Titel"), before_.title(), after_.title());
  Texts(Say("State", "Status"), Word("states", before_, before_.state()),
        Word("states", after_, after_.state()));
  Texts(Say("Kind", "Art"), Word("kinds", before_, before_.kind()),
        Word("kinds", after_, after_.kind()));
  const bool both = before_.has_calendar() && after_.has_calendar();
  Texts(Say("Period", "Zeit"), both ? When(before_) : Span(before_.period()),
        both ? When(after_) : Span(after_.period()));
  if (both) {
    const auto online = [this](const Facts& facts) {
      return facts.calendar().online() ? Say("yes", "ja") : Say("no", "nein");
    };
    Texts(Say("Place", "Ort"), before_.calendar().place(), after_.calendar().place());
    Texts("Online", online(before_), online(after_));
  }
  Texts(Say("Deadline", "Frist"), text::DateIn(language_, before_.deadline()),
        text::DateIn(language_, after_.deadline()));
  Lists(Say("Label levels", "Labelstufen"), &Facts::label_levels, titled);
  Lists(Say("Programmes", "Programme"), &Facts::programmes, Called);
  Lists(Say("Sectors and regions", "Branchen und Regionen"), &Facts::codes, titled);
  Texts(Say("Members", "Mitglieder"), Size(before_), Size(after_));
  Lists(Say("Languages", "Sprachen"), &Facts::languages, language);
  Texts(Say("Summary", "Zusammenfassung"), before_.summary(), after_.summary());
  Texts("Link", before_.link(), after_.link());
  if (lines_.size() > kMaxDifferences) lines_.resize(kMaxDifferences);
  return std::move(lines_);
}

// facts.refreshed says nothing to a person; what it led to does.
std::string ClauseOf(const change::v1::ResourceChanged& change, const Wording& wording,
                     Language language) {
  if (change.kind() == "facts.refreshed") return std::string(wording.happening);
  return KindText(change.kind(), language, change.reminder().day(), change.reminder().days_left());
}

// "It now matches “Silver in Saxony”."
std::string RelationOf(const Job& job, const Wording& wording) {
  return absl::StrCat(ToAbsl(wording.relation), OneLine(job.interest->subscription.title()),
                      ToAbsl(wording.rest));
}

std::string TitleOf(const Facts& image, const change::v1::ResourceChanged& change,
                    const Wording& wording, Language language) {
  // Without a title it is what its type is called.
  std::string title = OneLine(image.title());
  if (title.empty()) title = change::ThingCalled(image.type(), language);
  if (title.empty()) title = Plain(image.type());
  return absl::StrCat(title, " – ", ClauseOf(change, wording, language));
}

// "Labels", under which a digest tells it.
std::string GroupOf(const std::string& type, Language language) {
  std::string group(change::ThingsCalled(type, language));
  if (group.empty()) group = Plain(type);
  if (!group.empty()) group[0] = absl::ascii_toupper(static_cast<unsigned char>(group[0]));
  return group;
}

std::string GapInWords(const Gap& gap) {
  return gap.count == 1
             ? absl::StrCat("One notice before this was given up: ", gap.last, ".")
             : absl::StrCat(gap.count, " notices before this were given up, the last of ", "them ",
                            gap.last, ".");
}

// A deletion that is told to a calendar, where the reader saw what was deleted.
bool IsCorrectedDeletion(const Job& job) {
  const change::v1::ResourceChanged& change = job.record->change;
  return job.delivery.transition == v1::TRANSITION_CORRECTED && !job.hidden &&
         !change.has_after() && change.has_before() && change.kind() == "event.deleted";
}

// The reader can't see the event any more, and is told no more than that.
bool IsTakenOut(const Job& job) {
  return job.delivery.transition == v1::TRANSITION_CORRECTED && !IsCorrectedDeletion(job) &&
         (job.hidden || !job.record->change.has_after());
}

Notice NoticeOfTakenOut(Language language) {
  const auto say = [language](std::string_view english, std::string_view german) {
    return std::string(text::In(language, english, german));
  };
  return {.title = say("An event was taken out of your calendar",
                       "Ein Termin wurde aus Ihrem Kalender genommen"),
          .group = GroupOf("event", language),
          .text = say("You can't see it any more.", "Sie können ihn nicht mehr sehen.")};
}

}  // namespace

std::vector<std::string> DifferencesOf(const Facts& before, const Facts& after, Language language) {
  return Comparer(before, after, language).Compare();
}

Language LanguageOf(const Job& job) {
  return text::LanguageFor(job.subscriber == nullptr ? "" : job.subscriber->language());
}

Notice NoticeOf(const Job& job) {
  const Language language = LanguageOf(job);
  if (IsTakenOut(job)) return NoticeOfTakenOut(language);
  const change::v1::ResourceChanged& change = job.record->change;
  const bool left = job.delivery.transition == v1::TRANSITION_LEFT || IsCorrectedDeletion(job);
  const Facts& image = left ? change.before() : change.after();
  const Wording wording = WordingOf(job.delivery.transition, language);
  const auto say = [language](std::string_view english, std::string_view german) {
    return ToAbsl(text::In(language, english, german));
  };

  Notice notice;
  notice.title = TitleOf(image, change, wording, language);
  notice.group = GroupOf(image.type(), language);
  notice.link = image.link();

  Lines lines;
  if (!image.summary().empty()) lines.push_back(OneLine(image.summary()));
  lines.push_back(RelationOf(job, wording));
  if (!left && change.has_before() && change.has_after()) {
    std::ranges::move(DifferencesOf(change.before(), change.after(), language),
                      std::back_inserter(lines));
  }
  if (!change.cause().empty()) {
    lines.push_back(
        absl::StrCat(say("Because of ", "Anlass: "), Called(change.cause(), image), "."));
  }
  if (job.gap.count > 0) lines.push_back(GapInWords(job.gap));
  notice.text = absl::StrJoin(lines, "\n");

  for (const filter::Verdict& verdict :
       job.interest->predicate.Explain(image, change::TellingIn(language))) {
    if (!verdict.matched || verdict.field == "audience") continue;
    notice.reasons.push_back(absl::StrCat(say("It ", "Es "), OneLine(verdict.text), "."));
  }
  return notice;
}

Notice NoticeOf(const Told& told) {
  const Language language = LanguageOf(*told.job);
  Notice notice = NoticeOf(*told.job);
  if (IsTakenOut(*told.job)) return notice;
  for (const std::shared_ptr<const Job>& other : told.subscriptions) {
    if (other == told.job) continue;
    const Wording wording = WordingOf(other->delivery.transition, language);
    absl::StrAppend(&notice.text, "\n", RelationOf(*other, wording));
    for (std::string& reason : NoticeOf(*other).reasons) {
      if (std::ranges::find(notice.reasons, reason) == notice.reasons.end()) {
        notice.reasons.push_back(std::move(reason));
      }
    }
  }
  Lines clauses;  // of the changes that the title doesn't tell, each once
  for (const std::shared_ptr<const Job>& one : told.changes) {
    const change::v1::ResourceChanged& change = one->record->change;
    std::string clause = ClauseOf(change, WordingOf(one->delivery.transition, language), language);
    if (notice.title.ends_with(clause)) continue;
    if (std::ranges::find(clauses, clause) == clauses.end()) clauses.push_back(std::move(clause));
  }
  if (!clauses.empty()) {
    absl::StrAppend(&notice.text, "\n",
                    ToAbsl(text::In(language, "What happened too: ", "Außerdem: ")),
                    absl::StrJoin(clauses, "; "), ".");
  }
  return notice;
}

}  // namespace clusterwire::notification
