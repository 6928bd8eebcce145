#include "libs/base/time/date.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire {
namespace {

DayRange Range(const char* text) {
  const auto range = ParseDate(text);
  EXPECT_THAT(range, IsOk()) << text;
  return range.value_or(DayRange{});
}

TEST(DateTest, EveryPrecisionMeansItsWholeInterval) {
  EXPECT_EQ(Range("2024"), (DayRange{absl::CivilDay(2024, 1, 1), absl::CivilDay(2024, 12, 31)}));
  EXPECT_EQ(Range("2024-Q3"), (DayRange{absl::CivilDay(2024, 7, 1), absl::CivilDay(2024, 9, 30)}));
  EXPECT_EQ(Range("2024-02"), (DayRange{absl::CivilDay(2024, 2, 1), absl::CivilDay(2024, 2, 29)}));
  EXPECT_EQ(Range("2024-05-13"),
            (DayRange{absl::CivilDay(2024, 5, 13), absl::CivilDay(2024, 5, 13)}));
}

TEST(DateTest, WhatIsNoDateIsRefusedWithTheFormsThatAre) {
  for (const char* text :
       {"", "24", "2024-", "2024-13", "2024-00", "2024-Q5", "2024-Q", "2023-02-29", "2024-5-1",
        "2024-05-1", "2024-05-131", "13.05.2024", "0000", "2024/05"}) {
    EXPECT_THAT(ParseDate(text),
                StatusIs(absl::StatusCode::kInvalidArgument, ::testing::HasSubstr("2024-Q3")))
        << text;
  }
}

TEST(DateTest, OneUnknownBoundIsOpenAndTwoAreNoPeriod) {
  EXPECT_THAT(ParsePeriod("", ""), IsOkAndHolds(std::nullopt));
  EXPECT_THAT(ParsePeriod("2024-05", ""),
              IsOkAndHolds(DayRange{absl::CivilDay(2024, 5, 1), LastDay()}));
  EXPECT_THAT(ParsePeriod("", "2024"),
              IsOkAndHolds(DayRange{FirstDay(), absl::CivilDay(2024, 12, 31)}));
}

TEST(DateTest, APeriodThatEndsBeforeItStartsNamesItsEnd) {
  EXPECT_THAT(ParsePeriod("2024-05", "2024-04"), HasFieldError("end"));
  EXPECT_THAT(ParsePeriod("2024-05-13", "2024"), IsOk());
}

}  // namespace
}  // namespace clusterwire
