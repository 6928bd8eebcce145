#include "services/catalogue/resources/events/event_calendar.h"

#include <optional>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"

#include "libs/base/time/clock.h"
#include "libs/base/time/date.h"
#include "libs/base/time/zone.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/dates/time_of_day.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/facts_fields.h"

namespace clusterwire::catalogue {
namespace {

using google::protobuf::util::MessageDifferencer;
using type::v1::Calendar;

void SetTimes(const v1::CalendarEvent& event, Calendar* calendar) {
  const auto first = OneDayOf(event.period().start());
  if (!first) return;
  const auto last = OneDayOf(event.period().end());
  if (!IsTimeOfDay(event.start_time()) || !IsTimeZone(event.time_zone())) {
    calendar->set_whole_days(true);
    calendar->set_start(FormatDay(*first));
    if (last) calendar->set_end(FormatDay(*last));
    return;
  }
  calendar->set_time_zone(event.time_zone());
  calendar->set_start(FormatMinute(At(*first, event.start_time())));
  const auto ends_on = LastDayOf(event);
  if (IsTimeOfDay(event.end_time()) && ends_on) {
    calendar->set_end(FormatMinute(At(*ends_on, event.end_time())));
  } else if (last && *last > *first) {
    const absl::CivilMinute midnight(*last + 1);
    if (IsThere(midnight, event.time_zone())) calendar->set_end(FormatMinute(midnight));
  }
}

// What was made by an earlier release has no uid yet.
std::string UidOf(const v1::CalendarEvent& event) {
  return event.uid().empty() ? EntryUid("event", event.name(), ToTime(event.create_time()))
                             : event.uid();
}

}  // namespace

void CheckTimes(const v1::CalendarEvent& event, FieldErrors& errors) {
  if (event.period().start().empty()) errors.Add("event.period.start", "is required");
  CheckPeriod("event.period", event.period(), errors);
  const std::string& starts = event.start_time();
  const std::string& ends = event.end_time();
  const auto first = OneDayOf(event.period().start());
  const auto last = LastDayOf(event);
  CheckTimeOfDay("event.start_time", "09:00", starts, first, event.time_zone(), errors);
  CheckTimeOfDay("event.end_time", "17:30", ends, last, event.time_zone(), errors);
  if (starts.empty() && !ends.empty()) {
    errors.Add("event.start_time", "is required with an end_time");
  }
  const bool one_day =
      event.period().end().empty() || event.period().end() == event.period().start();
  if (IsTimeOfDay(starts) && IsTimeOfDay(ends) && one_day && ends <= starts) {
    errors.Add("event.end_time", absl::StrCat("'", ends, "' is not after the start_time '", starts,
                                              "' of the same day"));
  }
  if ((!starts.empty() || !ends.empty()) && event.time_zone().empty()) {
    errors.Add("event.time_zone", "is required with a time of day; write Europe/Brussels");
  } else if (!event.time_zone().empty() && !IsTimeZone(event.time_zone())) {
    errors.Add("event.time_zone", absl::StrCat("'", event.time_zone(),
                                               "' is no time zone; write one as Europe/Brussels"));
  }
  CheckDate("event.registration_closes", event.registration_closes(), errors);
  const auto closes = ParseDate(event.registration_closes());
  const auto period = ParsePeriod(event.period().start(), event.period().end());
  if (closes.ok() && period.ok() && *period && closes->first > (*period)->last) {
    errors.Add("event.registration_closes", "is after the event has ended");
  }
}

bool IsMove(const v1::CalendarEvent& before, const v1::CalendarEvent& next) {
  return !MessageDifferencer::Equals(before.period(), next.period()) ||
         !MessageDifferencer::Equals(before.place(), next.place()) ||
         before.start_time() != next.start_time() || before.end_time() != next.end_time() ||
         before.time_zone() != next.time_zone() || before.online() != next.online();
}

std::optional<absl::CivilDay> FirstDayOf(const v1::CalendarEvent& event) {
  return OneDayOf(event.period().start());
}

std::optional<absl::CivilDay> LastDayOf(const v1::CalendarEvent& event) {
  return OneDayOf(event.period().end().empty() ? event.period().start() : event.period().end());
}

void Shift(int64_t days, v1::CalendarEvent* event) {
  const auto shifted = [days](const std::string& date) {
    const auto day = OneDayOf(date);
    return day ? FormatDay(*day + days) : date;
  };
  event->mutable_period()->set_start(shifted(event->period().start()));
  if (!event->period().end().empty()) {
    event->mutable_period()->set_end(shifted(event->period().end()));
  }
  if (!event->registration_closes().empty()) {
    event->set_registration_closes(shifted(event->registration_closes()));
  }
  if (!event->registration().opens().empty()) {
    event->mutable_registration()->set_opens(shifted(event->registration().opens()));
  }
  for (v1::AgendaItem& item : *event->mutable_agenda()) {
    if (!item.date().empty()) item.set_date(shifted(item.date()));
  }
}

absl::Time EndOf(const v1::CalendarEvent& event) {
  const auto last = ParseDate(event.period().end());
  return last.ok() ? EndOf(*last, event.time_zone()) : absl::InfiniteFuture();
}

void CountUp(const v1::CalendarEvent* before, absl::Time now, v1::CalendarEvent* next) {
  if (before == nullptr) {
    next->set_uid(EntryUid("event", next->name(), now));
    next->set_sequence(0);
    return;
  }
  next->set_uid(UidOf(*before));
  int sequence = before->sequence();
  // The deletion was a cancellation at the next number.
  if (before->has_delete_time() && !next->has_delete_time()) sequence += 2;
  if (IsMove(*before, *next) || before->has_cancellation() != next->has_cancellation()) ++sequence;
  next->set_sequence(sequence);
}

Calendar CalendarOf(const v1::CalendarEvent& event, const std::string& link) {
  Calendar calendar;
  calendar.set_uid(UidOf(event));
  calendar.set_sequence(event.sequence());
  SetTimes(event, &calendar);
  calendar.set_place(Joined({PlaceText(event.place()), event.place().country()}, ", "));
  calendar.set_online(event.online());
  calendar.set_status(event.state() == v1::CalendarEvent::STATE_CANCELLED
                          ? Calendar::STATUS_CANCELLED
                          : Calendar::STATUS_CONFIRMED);
  calendar.set_organiser(event.organiser());
  calendar.set_link(link);
  return calendar;
}

}  // namespace clusterwire::catalogue
