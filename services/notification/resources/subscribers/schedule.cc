#include "services/notification/resources/subscribers/schedule.h"

#include <string_view>

#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "libs/base/time/zone.h"

namespace clusterwire::notification {
namespace {

constexpr int kHoursOfDay = 24;
constexpr int kDefaultHour = 7;
constexpr int kWeek = 7;
constexpr char kDefaultZone[] = "Europe/Brussels";  // where the European platforms sit

bool IsHour(int hour) { return hour >= 0 && hour < kHoursOfDay; }

// The day of the week as Abseil counts it, from Monday.
absl::Weekday WeekdayOf(const v1::Schedule& schedule) {
  const int named = schedule.weekday() == v1::Schedule::WEEKDAY_UNSPECIFIED
                        ? v1::Schedule::WEEKDAY_MONDAY
                        : schedule.weekday();
  return static_cast<absl::Weekday>(named - v1::Schedule::WEEKDAY_MONDAY);
}

absl::Time At(absl::CivilDay day, int hour, const absl::TimeZone& zone) {
  return MomentOf(absl::CivilSecond(day.year(), day.month(), day.day(), hour), zone);
}

// A day that a zone has left out altogether has no daily digest: the next day has its own.
bool ComesOn(const v1::Schedule& schedule, absl::CivilDay day, const absl::TimeZone& zone) {
  return schedule.frequency() == v1::Schedule::FREQUENCY_WEEKLY
             ? absl::GetWeekday(day) == WeekdayOf(schedule)
             : absl::ToCivilDay(At(day, 0, zone), zone) == day;
}

absl::Time DigestOf(const v1::Schedule& schedule, absl::CivilDay day, const absl::TimeZone& zone) {
  return At(day, schedule.has_hour() ? schedule.hour() : kDefaultHour, zone);
}

}  // namespace

bool IsDigest(const v1::Schedule& schedule) {
  return schedule.frequency() == v1::Schedule::FREQUENCY_DAILY ||
         schedule.frequency() == v1::Schedule::FREQUENCY_WEEKLY;
}

void CheckSchedule(const v1::Schedule& schedule, FieldErrors& errors) {
  constexpr char kPath[] = "subscription.schedule";
  const bool known = v1::Schedule::Frequency_IsValid(schedule.frequency());
  if (!known) {
    errors.Add(absl::StrCat(kPath, ".frequency"),
               "must be FREQUENCY_IMMEDIATE, FREQUENCY_DAILY or FREQUENCY_WEEKLY");
  }
  if (schedule.has_hour() && !IsHour(schedule.hour())) {
    errors.Add(absl::StrCat(kPath, ".hour"), "must be from 0 to 23");
  } else if (schedule.has_hour() && known && !IsDigest(schedule)) {
    errors.Add(absl::StrCat(kPath, ".hour"),
               "is for digests: with it goes FREQUENCY_DAILY or FREQUENCY_WEEKLY");
  }
  if (!v1::Schedule::Weekday_IsValid(schedule.weekday())) {
    errors.Add(absl::StrCat(kPath, ".weekday"), "must be one of WEEKDAY_MONDAY to WEEKDAY_SUNDAY");
  } else if (schedule.weekday() != v1::Schedule::WEEKDAY_UNSPECIFIED && known &&
             schedule.frequency() != v1::Schedule::FREQUENCY_WEEKLY) {
    errors.Add(absl::StrCat(kPath, ".weekday"),
               "is for weekly digests: with it goes "
               "FREQUENCY_WEEKLY");
  }
}

void CheckQuietHours(const v1::QuietHours& hours, FieldErrors& errors) {
  const auto check = [&errors](std::string_view field, int hour) {
    if (IsHour(hour)) return;
    errors.Add(absl::StrCat("subscriber.quiet_hours.", ToAbsl(field)), "must be from 0 to 23");
  };
  check("from_hour", hours.from_hour());
  check("until_hour", hours.until_hour());
  if (hours.from_hour() == hours.until_hour()) {
    errors.Add(
        "subscriber.quiet_hours.until_hour",
        "is the hour at which they begin, so that no mail would ever come: write another, or "
        "leave quiet_hours out for none");
  }
}

absl::TimeZone ZoneOf(const v1::Subscriber* subscriber) {
  const bool named = subscriber != nullptr && !subscriber->time_zone().empty();
  return ZoneNamed(named ? std::string_view(subscriber->time_zone()) : kDefaultZone);
}

absl::Time NextDigest(const v1::Schedule& schedule, const absl::TimeZone& zone, absl::Time moment) {
  // A day may be left out, so that its digest comes with the next day's begin: one day before is
  // looked at too.
  absl::CivilDay day = absl::ToCivilDay(moment, zone) - 1;
  for (int looks = 0; looks < 2 * kWeek + 2; ++looks, ++day) {
    if (!ComesOn(schedule, day, zone)) continue;
    const absl::Time at = DigestOf(schedule, day, zone);
    if (at > moment) return at;
  }
  return moment + absl::Hours(kWeek * kHoursOfDay);  // no zone has such days
}

absl::Time LastDigest(const v1::Schedule& schedule, const absl::TimeZone& zone, absl::Time moment) {
  absl::CivilDay day = absl::ToCivilDay(moment, zone) + 1;
  for (int looks = 0; looks < 2 * kWeek + 2; ++looks, --day) {
    if (!ComesOn(schedule, day, zone)) continue;
    const absl::Time at = DigestOf(schedule, day, zone);
    if (at <= moment) return at;
  }
  return moment - absl::Hours(kWeek * kHoursOfDay);
}

std::optional<absl::Time> QuietUntil(const v1::QuietHours& hours, const absl::TimeZone& zone,
                                     absl::Time moment) {
  const absl::CivilDay today = absl::ToCivilDay(moment, zone);
  const bool over_midnight = hours.until_hour() < hours.from_hour();
  for (const absl::CivilDay day : {today - 1, today}) {
    const absl::Time from = At(day, hours.from_hour(), zone);
    const absl::Time until = At(over_midnight ? day + 1 : day, hours.until_hour(), zone);
    if (from <= moment && moment < until) return until;
  }
  return std::nullopt;
}

absl::Time DayBegan(absl::Time moment, const absl::TimeZone& zone) {
  return At(absl::ToCivilDay(moment, zone), 0, zone);
}

absl::Time DayEnds(absl::Time moment, const absl::TimeZone& zone) {
  return At(absl::ToCivilDay(moment, zone) + 1, 0, zone);
}

}  // namespace clusterwire::notification
