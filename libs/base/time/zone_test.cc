#include "libs/base/time/zone.h"

#include <string_view>

#include <gtest/gtest.h>

namespace clusterwire {
namespace {

absl::Time Utc(int year, int month, int day, int hour, int minute = 0) {
  return absl::FromCivil(absl::CivilSecond(year, month, day, hour, minute), absl::UTCTimeZone());
}

TEST(ZoneTest, ATimeZoneIsOneOfTheDatabaseThatAPlaceHas) {
  for (const char* zone : {"Europe/Brussels", "UTC", "America/Argentina/Ushuaia", "Etc/GMT+12"}) {
    EXPECT_TRUE(IsTimeZone(zone)) << zone;
  }
  for (const std::string_view zone :
       {"Factory", "", "localtime", "posix/UTC", "Fixed/UTC+01:00:00", "Europe/Nowhere",
        "../etc/passwd", "Europe", "Europe//Berlin", "Europe/./Berlin"}) {
    EXPECT_FALSE(IsTimeZone(zone)) << zone;
    EXPECT_EQ(ZoneNamed(zone), absl::UTCTimeZone()) << zone;
  }
  EXPECT_FALSE(IsTimeZone(std::string_view("Europe/Berlin\0", 14)));
}

TEST(ZoneTest, AnHourThatIsLeftOutIsTheNextMomentThatThereIs) {
  const absl::TimeZone berlin = ZoneNamed("Europe/Berlin");
  EXPECT_EQ(MomentOf(absl::CivilSecond(2027, 3, 28, 2, 30), berlin), Utc(2027, 3, 28, 1));
  // Samoa had no 30 December 2011.
  EXPECT_EQ(MomentOf(absl::CivilSecond(2011, 12, 30, 7), ZoneNamed("Pacific/Apia")),
            Utc(2011, 12, 30, 10));
}

TEST(ZoneTest, OfAnHourThatComesTwiceTheFirstCounts) {
  EXPECT_EQ(MomentOf(absl::CivilSecond(2027, 10, 31, 2, 30), ZoneNamed("Europe/Berlin")),
            Utc(2027, 10, 31, 0, 30));
}

}  // namespace
}  // namespace clusterwire
