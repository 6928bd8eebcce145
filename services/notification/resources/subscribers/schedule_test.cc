#include "services/notification/resources/subscribers/schedule.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/time/zone.h"

namespace clusterwire::notification {
namespace {

constexpr const char* kZones[] = {"Europe/Brussels",   "America/New_York", "Australia/Lord_Howe",
                                  "Pacific/Apia",      "Asia/Kathmandu",   "America/St_Johns",
                                  "Africa/Casablanca", "Antarctica/Troll", "Asia/Gaza",
                                  "America/Havana",    "Pacific/Chatham",  "UTC"};

v1::Schedule Schedule(v1::Schedule::Frequency frequency, int hour,
                      v1::Schedule::Weekday weekday = v1::Schedule::WEEKDAY_UNSPECIFIED) {
  v1::Schedule schedule;
  schedule.set_frequency(frequency);
  schedule.set_hour(hour);
  schedule.set_weekday(weekday);
  return schedule;
}

absl::Time Utc(int year, int month, int day, int hour, int minute = 0) {
  return absl::FromCivil(absl::CivilSecond(year, month, day, hour, minute), absl::UTCTimeZone());
}

TEST(ScheduleTest, ADigestOfAnHourThatIsLeftOutComesWithTheNextMoment) {
  const absl::TimeZone berlin = ZoneNamed("Europe/Berlin");
  const v1::Schedule daily = Schedule(v1::Schedule::FREQUENCY_DAILY, 2);
  EXPECT_EQ(NextDigest(daily, berlin, Utc(2027, 3, 27, 12)), Utc(2027, 3, 28, 1));
  EXPECT_EQ(NextDigest(daily, berlin, Utc(2027, 3, 28, 1)), Utc(2027, 3, 29, 0));
}

TEST(ScheduleTest, ADigestOfAnHourThatComesTwiceComesOnce) {
  const absl::TimeZone berlin = ZoneNamed("Europe/Berlin");
  const v1::Schedule daily = Schedule(v1::Schedule::FREQUENCY_DAILY, 2);
  EXPECT_EQ(NextDigest(daily, berlin, Utc(2027, 10, 30, 12)), Utc(2027, 10, 31, 0));
  EXPECT_EQ(NextDigest(daily, berlin, Utc(2027, 10, 31, 0)), Utc(2027, 11, 1, 1));
}

TEST(ScheduleTest, AWeeklyDigestComesOnItsDayByTheReadersCalendar) {
  const absl::TimeZone auckland = ZoneNamed("Pacific/Auckland");
  const v1::Schedule friday =
      Schedule(v1::Schedule::FREQUENCY_WEEKLY, 8, v1::Schedule::WEEKDAY_FRIDAY);
  const absl::Time next = NextDigest(friday, auckland, Utc(2026, 11, 30, 0));
  EXPECT_EQ(absl::FormatTime("%a %F %H", next, auckland), "Fri 2026-12-04 08");
  EXPECT_EQ(LastDigest(friday, auckland, next), next);
  EXPECT_EQ(LastDigest(friday, auckland, next - absl::Seconds(1)), next - absl::Hours(7 * 24));
}

// Over six years of each zone, hour by hour: the moments follow each other strictly, there is one
// for each day of the local calendar, and both ways of asking agree.
TEST(ScheduleTest, ThereIsExactlyOneDigestADayOverDaylightSavingInAllZones) {
  SeededRandom random(TestSeed());
  for (const char* name : kZones) {
    const absl::TimeZone zone = ZoneNamed(name);
    for (int hour : {0, 1, 2, 3, 7, 22}) {
      const v1::Schedule daily = Schedule(v1::Schedule::FREQUENCY_DAILY, hour);
      absl::Time at = Utc(2007, 1, 1, 12);
      std::set<absl::CivilDay> days;
      while (at < Utc(2013, 1, 1, 0)) {
        const absl::Time next = NextDigest(daily, zone, at);
        ASSERT_GT(next, at) << name;
        ASSERT_LE(next - at, absl::Hours(49)) << name << " " << at;
        ASSERT_EQ(LastDigest(daily, zone, next), next) << name;
        ASSERT_EQ(LastDigest(daily, zone, next - absl::Nanoseconds(1)), LastDigest(daily, zone, at))
            << name << " " << at;
        const absl::Time between = at + (next - at) * random.Fraction();
        if (between < next) ASSERT_EQ(NextDigest(daily, zone, between), next) << name;
        ASSERT_TRUE(days.insert(absl::ToCivilDay(next, zone)).second) << name << " " << next;
        at = next;
      }
    }
  }
}

TEST(ScheduleTest, ThereIsExactlyOneDigestAWeek) {
  for (const char* name : kZones) {
    const absl::TimeZone zone = ZoneNamed(name);
    for (int weekday = 1; weekday <= 7; ++weekday) {
      const v1::Schedule weekly =
          Schedule(v1::Schedule::FREQUENCY_WEEKLY, 2, static_cast<v1::Schedule::Weekday>(weekday));
      absl::Time at = NextDigest(weekly, zone, Utc(2011, 1, 1, 12));
      for (int weeks = 0; weeks < 110; ++weeks) {
        const absl::Time next = NextDigest(weekly, zone, at);
        const absl::CivilDay day = absl::ToCivilDay(next, zone);
        ASSERT_GE(day - absl::ToCivilDay(at, zone), 6) << name;
        ASSERT_LE(day - absl::ToCivilDay(at, zone), 8) << name;
        ASSERT_EQ(LastDigest(weekly, zone, next - absl::Seconds(1)), at) << name;
        at = next;
      }
    }
  }
}

TEST(ScheduleTest, QuietHoursGoOverMidnightAndOverDaylightSaving) {
  const absl::TimeZone berlin = ZoneNamed("Europe/Berlin");
  v1::QuietHours night;
  night.set_from_hour(22);
  night.set_until_hour(7);
  EXPECT_EQ(QuietUntil(night, berlin, Utc(2026, 11, 30, 20, 59)), std::nullopt);
  EXPECT_EQ(QuietUntil(night, berlin, Utc(2026, 11, 30, 21)), Utc(2026, 12, 1, 6));
  EXPECT_EQ(QuietUntil(night, berlin, Utc(2026, 12, 1, 5, 59)), Utc(2026, 12, 1, 6));
  EXPECT_EQ(QuietUntil(night, berlin, Utc(2026, 12, 1, 6)), std::nullopt);
  EXPECT_EQ(QuietUntil(night, berlin, Utc(2027, 3, 27, 23)), Utc(2027, 3, 28, 5));
  night.set_from_hour(1);
  night.set_until_hour(2);
  EXPECT_EQ(QuietUntil(night, berlin, Utc(2027, 3, 28, 0, 30)), Utc(2027, 3, 28, 1));
  EXPECT_EQ(QuietUntil(night, berlin, Utc(2027, 3, 28, 1)), std::nullopt)
      << "2 o'clock isn't there";
}

TEST(ScheduleTest, WhatIsWrongIsNamedAltogether) {
  const auto errors = [](const v1::Schedule& schedule) {
    FieldErrors found;
    CheckSchedule(schedule, found);
    return std::string(found.ToStatus().message());
  };
  EXPECT_EQ(errors(Schedule(v1::Schedule::FREQUENCY_DAILY, 0)), "");
  EXPECT_EQ(errors({}), "");
  const std::string wrong = errors(
      Schedule(static_cast<v1::Schedule::Frequency>(9), 24, static_cast<v1::Schedule::Weekday>(8)));
  for (const char* field : {"frequency", "hour", "weekday"}) {
    EXPECT_THAT(wrong, testing::HasSubstr(field));
  }
  EXPECT_THAT(errors(Schedule(v1::Schedule::FREQUENCY_IMMEDIATE, 7)), testing::HasSubstr("hour"));
  EXPECT_THAT(errors(Schedule(v1::Schedule::FREQUENCY_DAILY, 7, v1::Schedule::WEEKDAY_MONDAY)),
              testing::HasSubstr("weekday"));
  v1::QuietHours all_day;
  FieldErrors found;
  CheckQuietHours(all_day, found);
  EXPECT_THAT(std::string(found.ToStatus().message()), testing::HasSubstr("until_hour"));
}

}  // namespace
}  // namespace clusterwire::notification
