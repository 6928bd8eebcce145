#include "services/catalogue/resources/events/event_calendar.h"

#include <optional>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"

#include "libs/base/crypto.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "libs/base/time/date.h"
#include "libs/base/time/zone.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/facts_fields.h"

namespace clusterwire::catalogue {
namespace {

using google::protobuf::util::MessageDifferencer;
using type::v1::Calendar;

// "09:00" and not "24:00".
bool IsTimeOfDay(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return false;
  for (const size_t i : {0u, 1u, 3u, 4u}) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  return text.substr(0, 2) < "24" && text.substr(3) < "60";
}

// The day that a date means, if it means one.
std::optional<absl::CivilDay> DayOf(const std::string& date) {
  const auto range = ParseDate(date);
  if (!range.ok() || range->first != range->last) return std::nullopt;
  return range->first;
}

// The last day where it is known; of an event without an end, its first.
std::optional<absl::CivilDay> LastDayOf(const v1::CalendarEvent& event) {
  return DayOf(event.period().end().empty() ? event.period().start() : event.period().end());
}

absl::CivilMinute At(absl::CivilDay day, std::string_view time_of_day) {
  int hour = 0;
  int minute = 0;
  if (!absl::SimpleAtoi(ToAbsl(time_of_day.substr(0, 2)), &hour)) hour = 0;
  if (!absl::SimpleAtoi(ToAbsl(time_of_day.substr(3)), &minute)) minute = 0;
  return absl::CivilMinute(day) + 60 * hour + minute;
}

// Clocks that are set forward leave out an hour.
bool IsThere(absl::CivilMinute local, const std::string& zone) {
  absl::TimeZone loaded;
  return !absl::LoadTimeZone(zone, &loaded) ||
         loaded.At(absl::CivilSecond(local)).kind != absl::TimeZone::TimeInfo::SKIPPED;
}

// A time of day at `path`, on the day where that is known.
void CheckTime(std::string_view path, std::string_view example, std::string_view time,
               const std::optional<absl::CivilDay>& day, const std::string& zone,
               FieldErrors& errors) {
  if (time.empty()) return;
  if (!IsTimeOfDay(time)) {
    errors.Add(path, absl::StrCat("'", ToAbsl(time), "' must look like ", ToAbsl(example)));
  } else if (day && IsTimeZone(zone) && !IsThere(At(*day, time), zone)) {
    errors.Add(path, absl::StrCat("'", ToAbsl(time), "' isn't there on ", FormatDay(*day), " in ",
                                  zone, ": the clocks are set forward then"));
  }
}

std::string InWords(absl::CivilMinute local) {
  return absl::FormatCivilTime(local);  // "2022-09-26T09:00"
}

void SetTimes(const v1::CalendarEvent& event, Calendar* calendar) {
  const auto first = DayOf(event.period().start());
  if (!first) return;
  const auto last = DayOf(event.period().end());
  if (!IsTimeOfDay(event.start_time()) || !IsTimeZone(event.time_zone())) {
    calendar->set_whole_days(true);
    calendar->set_start(FormatDay(*first));
    if (last) calendar->set_end(FormatDay(*last));
    return;
  }
  calendar->set_time_zone(event.time_zone());
  calendar->set_start(InWords(At(*first, event.start_time())));
  const auto ends_on = LastDayOf(event);
  if (IsTimeOfDay(event.end_time()) && ends_on) {
    calendar->set_end(InWords(At(*ends_on, event.end_time())));
  } else if (last && *last > *first) {
    const absl::CivilMinute midnight(*last + 1);
    if (IsThere(midnight, event.time_zone())) calendar->set_end(InWords(midnight));
  }
}

// Of what can't happen to two events: they have other names in one catalogue, and catalogues that
// have an event by the same name don't make it in the same nanosecond.
std::string UidOf(const std::string& name, absl::Time created) {
  const std::string digest =
      Sha256(absl::StrCat("event uid\n", name, "\n", absl::ToUnixNanos(created)));
  return absl::BytesToHexString(digest.substr(0, 16));
}

// What was made by an earlier release has no uid yet.
std::string UidOf(const v1::CalendarEvent& event) {
  return event.uid().empty() ? UidOf(event.name(), ToTime(event.create_time())) : event.uid();
}

}  // namespace

void CheckTimes(const v1::CalendarEvent& event, FieldErrors& errors) {
  if (event.period().start().empty()) errors.Add("event.period.start", "is required");
  CheckPeriod("event.period", event.period(), errors);
  const std::string& starts = event.start_time();
  const std::string& ends = event.end_time();
  const auto first = DayOf(event.period().start());
  const auto last = LastDayOf(event);
  CheckTime("event.start_time", "09:00", starts, first, event.time_zone(), errors);
  CheckTime("event.end_time", "17:30", ends, last, event.time_zone(), errors);
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
    errors.Add("event.time_zone",
               absl::StrCat("'", event.time_zone(), "' is no time zone; write Europe/Brussels"));
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
  return DayOf(event.period().start());
}

void Shift(int64_t days, v1::CalendarEvent* event) {
  const auto shifted = [days](const std::string& date) {
    const auto day = DayOf(date);
    return day ? FormatDay(*day + days) : date;
  };
  event->mutable_period()->set_start(shifted(event->period().start()));
  if (!event->period().end().empty()) {
    event->mutable_period()->set_end(shifted(event->period().end()));
  }
  if (!event->registration_closes().empty()) {
    event->set_registration_closes(shifted(event->registration_closes()));
  }
}

absl::Time EndOf(const v1::CalendarEvent& event) {
  const auto last = ParseDate(event.period().end());
  return last.ok() ? EndOf(*last, event.time_zone()) : absl::InfiniteFuture();
}

void CountUp(const v1::CalendarEvent* before, absl::Time now, v1::CalendarEvent* next) {
  if (before == nullptr) {
    next->set_uid(UidOf(next->name(), now));
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
