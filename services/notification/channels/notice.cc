#include "services/notification/channels/notice.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/text/strings.h"
#include "libs/change/wording.h"
#include "libs/filter/titles.h"
#include "services/notification/channels/calendar/calendar_part.h"
#include "services/notification/channels/differences.h"
#include "services/notification/channels/kind_texts.h"

namespace clusterwire::notification {
namespace {

using text::Language;
using type::v1::Facts;
using Lines = std::vector<std::string>;

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
  if (title.empty()) title = PlainWord(image.type());
  return absl::StrCat(title, " – ", ClauseOf(change, wording, language));
}

// "Labels", under which a digest tells it.
std::string GroupOf(const std::string& type, Language language) {
  std::string group(change::ThingsCalled(type, language));
  if (group.empty()) group = PlainWord(type);
  if (!group.empty()) group[0] = absl::ascii_toupper(static_cast<unsigned char>(group[0]));
  return group;
}

std::string GapInWords(const Gap& gap, Language language) {
  const bool german = language == Language::kGerman;
  if (gap.count == 1) {
    return absl::StrCat(german ? "Eine Nachricht davor wurde aufgegeben: "
                               : "One notice before this was given up: ",
                        gap.last, ".");
  }
  return absl::StrCat(gap.count,
                      german ? " Nachrichten davor wurden aufgegeben, die letzte davon "
                             : " notices before this were given up, the last of them ",
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

// Of what left, the image before is told; else that after the change.
bool TellsImageBefore(const Job& job) {
  return job.delivery.transition == v1::TRANSITION_LEFT || IsCorrectedDeletion(job);
}

// What the mail of an event that the reader still sees has for their calendar is how it is now,
// also where it left their filter: then the text must not say less.
bool ReachesCalendar(const Job& job) {
  return job.endpoint != nullptr && job.endpoint->has_email() && !job.hidden &&
         job.record->change.after().has_calendar() && CalendarModeOf(job) != v1::CALENDAR_MODE_NONE;
}

// Empty where it isn't known, or isn't for everybody: people read no resource names.
std::string TitleOfCause(const change::v1::ResourceChanged& change, const Facts& image) {
  if (change.cause().empty()) return "";
  if (!change.cause_title().empty()) return OneLine(change.cause_title());
  return OneLine(filter::TitleOf(change.cause(), image));
}

SharedNotice NoticeOfTakenOut(Language language) {
  const auto say = [language](std::string_view english, std::string_view german) {
    return std::string(text::In(language, english, german));
  };
  return {.title = say("An event was taken out of your calendar",
                       "Ein Termin wurde aus Ihrem Kalender genommen"),
          .group = GroupOf("event", language),
          .before = say("You can't see it any more.", "Sie können ihn nicht mehr sehen."),
          .whole = true};
}

}  // namespace

Language LanguageOf(const Job& job) {
  return text::LanguageFor(job.subscriber == nullptr ? "" : job.subscriber->language());
}

const Facts& ImageOf(const Job& job) {
  const change::v1::ResourceChanged& change = job.record->change;
  return TellsImageBefore(job) ? change.before() : change.after();
}

Notice NoticeOf(const Job& job) { return NoticeOf(job, SharedNoticeOf(job)); }

SharedNotice SharedNoticeOf(const Job& job) {
  const Language language = LanguageOf(job);
  if (IsTakenOut(job)) return NoticeOfTakenOut(language);
  const change::v1::ResourceChanged& change = job.record->change;
  const bool left = TellsImageBefore(job);
  const Facts& image = ImageOf(job);
  const Wording wording = WordingOf(job.delivery.transition, language);

  SharedNotice notice;
  notice.title = TitleOf(image, change, wording, language);
  notice.group = GroupOf(image.type(), language);
  notice.link = image.link();
  if (const std::string& summary = SummaryIn(language, image); !summary.empty()) {
    notice.before = OneLine(summary) + "\n";
  }
  const bool compared = !left || (ReachesCalendar(job) && !IsCorrectedDeletion(job));
  if (compared && change.has_before() && change.has_after()) {
    for (const std::string& line : DifferencesOf(change.before(), change.after(), language)) {
      absl::StrAppend(&notice.after, "\n", line);
    }
  }
  if (const std::string cause = TitleOfCause(change, image); !cause.empty()) {
    absl::StrAppend(&notice.after, "\n", ToAbsl(text::In(language, "Because of ", "Anlass: ")),
                    cause, ".");
  }
  return notice;
}

Notice NoticeOf(const Job& job, const SharedNotice& shared) {
  Notice notice{.title = shared.title, .group = shared.group, .text = {}, .link = shared.link};
  if (shared.whole) {
    notice.text = shared.before;
    return notice;
  }
  const Language language = LanguageOf(job);
  notice.text = absl::StrCat(
      shared.before, RelationOf(job, WordingOf(job.delivery.transition, language)), shared.after);
  if (job.gap.count > 0) absl::StrAppend(&notice.text, "\n", GapInWords(job.gap, language));
  for (const filter::Verdict& verdict :
       job.interest->predicate().Explain(ImageOf(job), change::TellingIn(language))) {
    if (!verdict.matched || verdict.field == "audience") continue;
    notice.reasons.push_back(
        absl::StrCat(ToAbsl(text::In(language, "It ", "Es ")), OneLine(verdict.text), "."));
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
