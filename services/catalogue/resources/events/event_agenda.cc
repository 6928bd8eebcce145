#include "services/catalogue/resources/events/event_agenda.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/programme.pb.h"

#include "libs/base/time/date.h"
#include "libs/resource/name.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/dates/time_of_day.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/references.h"
#include "services/catalogue/resources/events/event_calendar.h"
#include "services/catalogue/resources/events/event_index.h"
#include "services/catalogue/resources/people/contacts.h"

namespace clusterwire::catalogue {
namespace {

using v1::AgendaItem;
using Event = v1::CalendarEvent;

constexpr int kMostItems = 100;
constexpr int kMostOrganisers = 20;
constexpr int kMostProgrammes = 20;
constexpr std::string_view kOrganisers[] = {"clusters/{cluster}", "programmes/{programme}",
                                            "organisations/{organisation}"};

// The day of an item, where it is known: its own, else the event's first.
std::optional<absl::CivilDay> DayOfItem(const Event& event, const AgendaItem& item) {
  return item.date().empty() ? FirstDayOf(event) : OneDayOf(item.date());
}

void CheckDayOfItem(const std::string& path, const Event& event, const AgendaItem& item,
                    FieldErrors& errors) {
  if (item.date().empty()) return;
  const auto day = OneDayOf(item.date());
  const std::string at = PathTo(path, "date");
  if (!day) {
    errors.Add(at, absl::StrCat("'", item.date(), "' is no day: write it as 2026-11-30"));
    return;
  }
  const auto period = ParsePeriod(event.period().start(), event.period().end());
  if (!period.ok() || !*period || event.period().start().empty()) return;
  const auto last = LastDayOf(event);
  if (*day < (*period)->first || (last && *day > *last)) {
    errors.Add(at, absl::StrCat("'", item.date(), "' is none of the event's days"));
  }
}

void CheckTimesOfItem(const std::string& path, const Event& event, const AgendaItem& item,
                      FieldErrors& errors) {
  const auto day = DayOfItem(event, item);
  CheckTimeOfDay(PathTo(path, "start_time"), "09:30", item.start_time(), day, event.time_zone(),
                 errors);
  CheckTimeOfDay(PathTo(path, "end_time"), "10:30", item.end_time(), day, event.time_zone(),
                 errors);
  if (item.start_time().empty() && !item.end_time().empty()) {
    errors.Add(PathTo(path, "start_time"), "is required with an end_time");
  } else if (IsTimeOfDay(item.start_time()) && IsTimeOfDay(item.end_time()) &&
             item.end_time() <= item.start_time()) {
    errors.Add(PathTo(path, "end_time"),
               absl::StrCat("'", item.end_time(), "' is not after the start_time '",
                            item.start_time(), "'"));
  }
}

void CheckAgenda(const Event* before, const Event& event, const Context& context,
                 FieldErrors& errors) {
  if (event.agenda_size() > kMostItems) {
    errors.Add("event.agenda", absl::StrCat(event.agenda_size(), " of at most ", kMostItems));
    return;
  }
  // Who stood anywhere in it before may stay.
  Contacts known;
  if (before != nullptr) {
    known.MergeFrom(before->contacts());
    for (const AgendaItem& item : before->agenda()) known.MergeFrom(item.contacts());
  }
  using Moment = std::pair<absl::CivilDay, std::string>;
  std::optional<Moment> latest;
  for (int i = 0; i < event.agenda_size(); ++i) {
    const AgendaItem& item = event.agenda(i);
    const std::string path = PathTo("event", "agenda", i);
    CheckTitle(PathTo(path, "title"), item.title(), errors);
    resource::CheckText(errors, PathTo(path, "summary"), item.summary(), 0, 1000);
    CheckDayOfItem(path, event, item, errors);
    CheckTimesOfItem(path, event, item, errors);
    CheckContacts(path, &known, item.contacts(), context, errors);
    CheckProgrammes(PathTo(path, "programmes"), item.programmes(), context, errors);
    const auto day = DayOfItem(event, item);
    if (!day) continue;
    const Moment begins = {*day, item.start_time()};
    if (latest &&
        (begins.first < latest->first || (begins.first == latest->first && !begins.second.empty() &&
                                          begins.second < latest->second))) {
      errors.Add(path, "begins before the one above it: an agenda is in the order of time");
    }
    if (!latest || !begins.second.empty() || begins.first > latest->first) latest = begins;
  }
}

void CheckOrganisers(const Event& event, const Context& context, FieldErrors& errors) {
  CheckTexts("event.organisers", event.organisers(), kMostOrganisers, 200, errors);
  for (int i = 0; i < event.organisers_size(); ++i) {
    const std::string& name = event.organisers(i);
    const std::string path = PathTo("event", "organisers", i);
    const bool fits = std::ranges::any_of(kOrganisers, [&](std::string_view pattern) {
      return resource::NamePattern(pattern).Matches(name);
    });
    if (!fits) {
      errors.Add(path, absl::StrCat("'", name, "' must be a cluster (clusters/{cluster}), a ",
                                    "programme (programmes/{programme}) or an organisation ",
                                    "(organisations/{organisation}); others stand in `organiser`"));
      continue;
    }
    const std::unique_ptr<store::Message> row = EmptyResource(name);
    if (row == nullptr || !IsThereFor(context.viewer, context.reader, name, row.get())) {
      errors.Add(path, NotThere(context.viewer, context.reader, name));
    }
  }
}

// Whether it gets its number now, or gets it for all to see.
bool TakesNumber(const Event* before, const Event& event) {
  if (event.series().empty() || !event.has_edition()) return false;
  return before == nullptr || before->series() != event.series() || !before->has_edition() ||
         before->edition() != event.edition() ||
         (before->state() == Event::STATE_DRAFT && event.state() != Event::STATE_DRAFT);
}

absl::Status CheckSeries(const Event* before, const Event& event, const Context& context,
                         FieldErrors& errors) {
  if (event.series().empty()) return absl::OkStatus();
  if (!resource::IsId(event.series())) {
    errors.Add("event.series",
               absl::StrCat("'", event.series(), "' must be 1 to 60 lower case ",
                            "letters, digits and '-', not beginning or ending ", "with '-'"));
    return absl::OkStatus();
  }
  if (!TakesNumber(before, event)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<std::string> editions,
                   EditionsOf(context.reader, event.series(), event.edition()));
  for (const std::string& other : editions) {
    // A draft of others has no number for who doesn't see it.
    if (other == event.name() || !CheckMaySee(context.reader, context.viewer, other).ok()) continue;
    errors.Add("event.edition", absl::StrCat(event.edition(), " of ", event.series(), " is ", other,
                                             " already: take another number"));
    break;
  }
  return absl::OkStatus();
}

void CheckRecap(const Event* before, const Event& event, const Context& context,
                FieldErrors& errors) {
  if (!event.has_recap()) return;
  const v1::EventRecap& recap = event.recap();
  resource::CheckText(errors, "event.recap.text", recap.text(), 1, 5000);
  resource::CheckText(errors, "event.recap.source", recap.source(), 1, 300);
  CheckUri("event.recap.link", recap.link(), errors);
  CheckDate("event.recap.date", recap.date(), errors);
  if (before != nullptr && before->has_recap()) return;
  const auto begins = ParseDate(event.period().start());
  if (begins.ok() && context.now < StartOf(*begins, event.time_zone())) {
    errors.Add("event.recap", absl::StrCat("says how it went, and the event begins on ",
                                           event.period().start(), ": write it then"));
  }
}

}  // namespace

void CheckProgrammes(const std::string& path, const Strings& programmes, const Context& context,
                     FieldErrors& errors) {
  CheckTexts(path, programmes, kMostProgrammes, 100, errors);
  for (int i = 0; i < programmes.size(); ++i) {
    const std::string at = absl::StrCat(path, "[", i, "]");
    v1::Programme programme;
    if (!CheckReference(at, "programmes/{programme}", programmes[i], errors)) continue;
    if (!IsThereFor(context.viewer, context.reader, programmes[i], &programme)) {
      errors.Add(at, absl::StrCat("'", programmes[i], "' does not exist"));
    }
  }
}

absl::Status CheckContents(const Event* before, const Event& event, const Context& context,
                           FieldErrors& errors) {
  CheckAgenda(before, event, context, errors);
  CheckOrganisers(event, context, errors);
  CheckRecap(before, event, context, errors);
  return CheckSeries(before, event, context, errors);
}

std::vector<std::string> ProgrammesOf(const Event& event) {
  std::vector<std::string> programmes(event.programmes().begin(), event.programmes().end());
  for (const std::string& organiser : event.organisers()) {
    if (organiser.starts_with("programmes/")) programmes.push_back(organiser);
  }
  for (const AgendaItem& item : event.agenda()) {
    programmes.insert(programmes.end(), item.programmes().begin(), item.programmes().end());
  }
  return programmes;
}

std::vector<std::string> ClustersOf(const Event& event) {
  std::vector<std::string> clusters;
  for (const std::string& organiser : event.organisers()) {
    if (organiser.starts_with("clusters/")) clusters.push_back(organiser);
  }
  return clusters;
}

}  // namespace clusterwire::catalogue
