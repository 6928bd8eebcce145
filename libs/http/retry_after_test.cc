#include "libs/http/retry_after.h"

#include <gmock/gmock.h>

namespace clusterwire::http {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

TEST(RetryAfterTest, SecondsCountFromNow) {
  EXPECT_EQ(ParseRetryAfter("120", kNow), kNow + absl::Seconds(120));
  EXPECT_EQ(ParseRetryAfter(" 0 ", kNow), kNow);
}

TEST(RetryAfterTest, AllThreeFormsOfADateAreRead) {
  const absl::Time expected =
      absl::FromCivil(absl::CivilSecond(2023, 11, 20, 8, 49, 37), absl::UTCTimeZone());
  EXPECT_EQ(ParseRetryAfter("Mon, 20 Nov 2023 08:49:37 GMT", kNow), expected);
  EXPECT_EQ(ParseRetryAfter("Monday, 20-Nov-23 08:49:37 GMT", kNow), expected);
  EXPECT_EQ(ParseRetryAfter("Mon Nov 20 08:49:37 2023", kNow), expected);
}

TEST(RetryAfterTest, NoMoreThanAYearIsBelieved) {
  const absl::Time latest = kNow + absl::Hours(365 * 24);
  EXPECT_EQ(ParseRetryAfter("99999999999", kNow), latest);
  EXPECT_EQ(ParseRetryAfter("99999999999999999999999999", kNow), latest);
  EXPECT_EQ(ParseRetryAfter("Fri, 20 Nov 2093 08:49:37 GMT", kNow), latest);
}

TEST(RetryAfterTest, WhatSaysNeitherIsIgnored) {
  for (const char* value : {"", "soon", "-5", "1.5", "12 minutes", "20 Nov 2023"}) {
    EXPECT_EQ(ParseRetryAfter(value, kNow), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace clusterwire::http
