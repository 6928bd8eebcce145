#include "services/catalogue/resources/labels/label_state.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/time/clock.h"
#include "libs/base/time/date.h"
#include "services/catalogue/common/dates/calendar.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::HasSubstr;

v1::LabelScheme Ecei(const std::string& more = "renewal_window_months: 12") {
  v1::LabelScheme scheme;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      absl::StrCat(R"pb(
                     name: "labelSchemes/ecei"
                     levels { id: "bronze" first_validity_months: 24 renewal_validity_months: 36 }
                     levels { id: "gold" })pb",
                   more),
      &scheme));
  return scheme;
}

v1::Label Bronze(const std::string& valid_until) {
  v1::Label label;
  label.set_level("bronze");
  label.set_valid_until(valid_until);
  return label;
}

absl::Time Utc(const char* text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

absl::CivilDay Day(const char* text) { return ParseDate(text)->first; }

v1::Label Settled(const v1::LabelScheme& scheme, v1::Label label, const char* now) {
  Settle(scheme, Utc(now), &label);
  return label;
}

TEST(CalendarTest, TheLastOfAMonthStaysTheLastAndADayThatIsMissingBecomesIt) {
  EXPECT_EQ(PlusMonths(Day("2024-05-31"), 1), Day("2024-06-30"));
  EXPECT_EQ(PlusMonths(Day("2024-06-30"), 1), Day("2024-07-31"));
  EXPECT_EQ(PlusMonths(Day("2024-05-30"), 9), Day("2025-02-28"));
  EXPECT_EQ(PlusMonths(Day("2024-04-15"), 24), Day("2026-04-15"));
  EXPECT_EQ(PlusMonths(Day("2024-11-15"), 3), Day("2025-02-15"));
}

TEST(CalendarTest, LeapDaysAreLastDaysOfFebruary) {
  EXPECT_EQ(PlusMonths(Day("2024-02-29"), 12), Day("2025-02-28"));
  EXPECT_EQ(PlusMonths(Day("2023-02-28"), 12), Day("2024-02-29"));
  EXPECT_EQ(PlusMonths(Day("2024-02-28"), 12), Day("2025-02-28"));
}

TEST(LabelStateTest, ALabelEndsWithItsLastDayInBrussels) {
  const v1::Label summer = Settled(Ecei(), Bronze("2024-06-30"), "2024-06-01T00:00:00Z");
  EXPECT_EQ(ToTime(summer.expire_time()), Utc("2024-06-30T22:00:00Z"));
  EXPECT_EQ(summer.state(), v1::Label::STATE_VALID);
  const v1::Label winter = Settled(Ecei(), Bronze("2024-12-31"), "2024-06-01T00:00:00Z");
  EXPECT_EQ(ToTime(winter.expire_time()), Utc("2024-12-31T23:00:00Z"));
}

TEST(LabelStateTest, TheZoneIsTheSchemesWhereItHasOne) {
  const v1::LabelScheme scheme = Ecei("time_zone: 'Pacific/Auckland'");
  EXPECT_EQ(ToTime(Settled(scheme, Bronze("2024-06-30"), "2024-06-01T00:00:00Z").expire_time()),
            Utc("2024-06-30T12:00:00Z"));
}

TEST(LabelStateTest, AnEndOfLowPrecisionIsTheEndOfItsInterval) {
  EXPECT_EQ(ToTime(Settled(Ecei(), Bronze("2024-Q3"), "2024-06-01T00:00:00Z").expire_time()),
            Utc("2024-09-30T22:00:00Z"));
  EXPECT_EQ(ToTime(Settled(Ecei(), Bronze("2024"), "2024-06-01T00:00:00Z").expire_time()),
            Utc("2024-12-31T23:00:00Z"));
}

TEST(LabelStateTest, ValidThenRenewableThenLapsedEachFromItsMomentOn) {
  const v1::Label label = Settled(Ecei(), Bronze("2024-06-30"), "2024-06-01T00:00:00Z");
  const absl::Time end = Utc("2024-06-30T22:00:00Z");
  const absl::Time closed = Utc("2025-06-30T22:00:00Z");
  EXPECT_EQ(ToTime(label.lapse_time()), closed);
  EXPECT_EQ(StateAt(label, end - absl::Nanoseconds(1)), v1::Label::STATE_VALID);
  EXPECT_EQ(StateAt(label, end), v1::Label::STATE_RENEWABLE);
  EXPECT_EQ(StateAt(label, closed - absl::Nanoseconds(1)), v1::Label::STATE_RENEWABLE);
  EXPECT_EQ(StateAt(label, closed), v1::Label::STATE_LAPSED);
}

TEST(LabelStateTest, WithoutAKnownWindowALabelLapsesAtItsEnd) {
  const v1::Label label = Settled(Ecei(""), Bronze("2024-06-30"), "2024-06-01T00:00:00Z");
  EXPECT_FALSE(label.has_lapse_time());
  EXPECT_EQ(StateAt(label, Utc("2024-06-30T22:00:00Z")), v1::Label::STATE_LAPSED);
}

TEST(LabelStateTest, WithoutAnEndNothingIsKnownAndRevokedStaysRevoked) {
  v1::Label label = Bronze("");
  EXPECT_EQ(Settled(Ecei(), label, "2024-06-01T00:00:00Z").state(), v1::Label::STATE_UNKNOWN);
  label.mutable_revocation()->set_revoked("2024");
  label.set_valid_until("2030");
  EXPECT_EQ(Settled(Ecei(), label, "2024-06-01T00:00:00Z").state(), v1::Label::STATE_REVOKED);
}

TEST(LabelStateTest, AFirstAwardCountsFromTheEndOfTheMonthOfItsAssessment) {
  v1::Label label = Bronze("");
  label.set_assessed("2024-02-10");
  EXPECT_EQ(FirstEnd(Ecei(), label), Day("2026-02-28"));
  label.set_assessed("2022-02");
  EXPECT_EQ(FirstEnd(Ecei(), label), Day("2024-02-29"));
  label.set_assessed("2024-Q1");
  EXPECT_EQ(FirstEnd(Ecei(), label), std::nullopt);
  label.set_assessed("2024-02");
  label.set_level("gold");
  EXPECT_EQ(FirstEnd(Ecei(), label), std::nullopt);
}

TEST(LabelStateTest, ARenewalCountsFromTheEndBeforeHoweverLateItCame) {
  EXPECT_THAT(RenewedEnd(Ecei(), Bronze("2024-02-29"), Day("2025-02-27")),
              IsOkAndHolds(Day("2027-02-28")));
  EXPECT_THAT(RenewedEnd(Ecei(), Bronze("2024-05"), Day("2023-12-01")),
              IsOkAndHolds(Day("2027-05-31")));
}

TEST(LabelStateTest, TheWindowClosesOnItsLastDay) {
  EXPECT_THAT(CheckRenewable(Ecei(), Bronze("2024-02-29"), Day("2025-02-28")), IsOk());
  EXPECT_THAT(CheckRenewable(Ecei(), Bronze("2024-02-29"), Day("2025-03-01")),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("until 2025-02-28")));
  // Without a known window it is the end itself.
  EXPECT_THAT(CheckRenewable(Ecei(""), Bronze("2024-02-29"), Day("2024-02-29")), IsOk());
  EXPECT_THAT(CheckRenewable(Ecei(""), Bronze("2024-02-29"), Day("2024-03-01")),
              ReasonIs("RENEWAL_WINDOW_CLOSED"));
}

TEST(LabelStateTest, ALevelWithoutAStatedValidityNeedsTheNewEnd) {
  v1::Label label = Bronze("2024-06-30");
  label.set_level("gold");
  EXPECT_THAT(RenewedEnd(Ecei(), label, Day("2024-06-01")), ReasonIs("VALIDITY_UNKNOWN"));
}

}  // namespace
}  // namespace clusterwire::catalogue
