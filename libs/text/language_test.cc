#include "libs/text/language.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterwire::text {
namespace {

constexpr Language kEnglish = Language::kEnglish;
constexpr Language kGerman = Language::kGerman;

TEST(LanguageTest, ABrowserAsksForWhatItPrefersAndGetsEnglishElse) {
  EXPECT_EQ(LanguageAsked("de-AT,en;q=0.5"), Language::kGerman);
  EXPECT_EQ(LanguageAsked("fr,en;q=0.5,de;q=0.4"), Language::kEnglish);
  EXPECT_EQ(LanguageAsked(""), Language::kEnglish);
  EXPECT_EQ(LanguageAsked("de;q=0"), Language::kEnglish);
  EXPECT_EQ(LanguageAsked("de;q=x, en;q=0.1"), Language::kEnglish);
}

TEST(LanguageTest, GermanIsForReadersOfGermanAndEnglishForAllOthers) {
  for (const char* tag : {"de", "DE", "de-AT", "de-Latn-CH"}) EXPECT_EQ(LanguageFor(tag), kGerman);
  for (const char* tag : {"", "en", "fr", "den", "dea-x", "d"}) {
    EXPECT_EQ(LanguageFor(tag), kEnglish) << tag;
  }
  EXPECT_EQ(LanguageTag(kGerman), "de");
  EXPECT_EQ(LanguageTag(kEnglish), "en");
}

TEST(LanguageTest, ADayIsWrittenAsItsReadersWriteIt) {
  EXPECT_EQ(DayIn(kEnglish, absl::CivilDay(2027, 3, 31)), "31 March 2027");
  EXPECT_EQ(DayIn(kGerman, absl::CivilDay(2027, 3, 31)), "31. März 2027");
  EXPECT_EQ(DayIn(kGerman, absl::CivilDay(2028, 12, 1)), "1. Dezember 2028");
}

TEST(LanguageTest, ADateIsWrittenAsPreciselyAsItIsKnown) {
  EXPECT_EQ(DateIn(kEnglish, "2024"), "2024");
  EXPECT_EQ(DateIn(kEnglish, "2024-Q3"), "3rd quarter of 2024");
  EXPECT_EQ(DateIn(kGerman, "2024-Q3"), "3. Quartal 2024");
  EXPECT_EQ(DateIn(kGerman, "2024-05"), "Mai 2024");
  EXPECT_EQ(DateIn(kEnglish, "2024-05-13"), "13 May 2024");
  EXPECT_EQ(DateIn(kEnglish, "some day"), "some day");
}

TEST(LanguageTest, ALocalTimeIsADayAndAnHour) {
  EXPECT_EQ(LocalTimeIn(kEnglish, "2022-09-26T09:00"), "26 September 2022, 09:00");
  EXPECT_EQ(LocalTimeIn(kGerman, "2022-09-26T09:00"), "26. September 2022, 09:00 Uhr");
  EXPECT_EQ(LocalTimeIn(kGerman, "2022-09-26"), "26. September 2022");
  EXPECT_EQ(LocalTimeIn(kEnglish, ""), "");
}

TEST(LanguageTest, ATimeNamesItsZone) {
  const absl::Time time = absl::FromUnixSeconds(1'800'000'000);  // 2027-01-15T08:00:00Z
  EXPECT_EQ(TimeIn(kEnglish, time, absl::UTCTimeZone()), "15 January 2027, 08:00 (UTC)");
  absl::TimeZone berlin;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
  EXPECT_EQ(TimeIn(kGerman, time, berlin), "15. Januar 2027, 09:00 Uhr (Europe/Berlin)");
}

TEST(LanguageTest, AListIsJoinedByItsLastWord) {
  EXPECT_EQ(ListIn(kEnglish, {}), "");
  EXPECT_EQ(ListIn(kEnglish, {"a"}), "a");
  EXPECT_EQ(ListIn(kEnglish, {"a", "b"}), "a and b");
  EXPECT_EQ(ListIn(kGerman, {"a", "b", "c"}), "a, b und c");
}

}  // namespace
}  // namespace clusterwire::text
