// On which days a label holds, against a definition that tries every possible award and end.
#include "services/catalogue/resources/labels/label_days.h"

#include <gmock/gmock.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/some_date.h"
#include "libs/base/time/date.h"
#include "services/catalogue/resources/labels/label_state.h"

namespace clusterwire::catalogue {
namespace {

using resource::AsOf;
using ::testing::HasSubstr;

const absl::CivilDay kToday(2024, 6, 15);

AsOf On(const v1::Label& label, absl::CivilDay day) {
  const absl::Time noon = absl::FromCivil(day, absl::UTCTimeZone());
  return LabelAsOf(label, day, noon + (kToday - day) * absl::Hours(24) + absl::Hours(12));
}

AsOf::Answer Answer(const v1::Label& label, const char* day) {
  return On(label, ParseDate(day)->first).answer;
}

v1::Label Dated(const std::string& awarded, const std::string& valid_until) {
  v1::Label label;
  label.set_awarded(awarded);
  label.set_valid_until(valid_until);
  return label;
}

TEST(LabelDaysTest, ALabelHoldsFromItsAwardThroughItsLastDay) {
  const v1::Label label = Dated("2022-03-10", "2024-03");
  EXPECT_EQ(Answer(label, "2022-03-09"), AsOf::Answer::kNo);
  EXPECT_EQ(Answer(label, "2022-03-10"), AsOf::Answer::kYes);
  EXPECT_EQ(Answer(label, "2024-03-31"), AsOf::Answer::kYes);
  EXPECT_EQ(Answer(label, "2024-04-01"), AsOf::Answer::kNo);
}

TEST(LabelDaysTest, WhatIsNotKnownIsSaidInWords) {
  const AsOf no_end = On(Dated("2022-03-10", ""), absl::CivilDay(2023, 1, 1));
  EXPECT_EQ(no_end.answer, AsOf::Answer::kUnknown);
  EXPECT_EQ(no_end.reason, "its end isn't known");
  EXPECT_EQ(On(Dated("", "2024-03"), absl::CivilDay(2023, 1, 1)).reason, "the award isn't dated");
  EXPECT_EQ(On(Dated("2022", "2024-03"), absl::CivilDay(2022, 5, 1)).reason,
            "the award is known as 2022 only");
  EXPECT_EQ(On(Dated("2022", ""), absl::CivilDay(2022, 5, 1)).reason,
            "the award is known as 2022 only, and its end isn't known");
}

TEST(LabelDaysTest,
     AnAwardThatIsNotDatedIsNoLaterThanItsAnnouncementAndNoEarlierThanItsAssessment) {
  v1::Label label = Dated("", "2026");
  label.set_announced("2022-03-10");
  label.set_assessed("2022-01");
  EXPECT_EQ(Answer(label, "2021-12-31"), AsOf::Answer::kNo);
  EXPECT_EQ(Answer(label, "2022-02-01"), AsOf::Answer::kUnknown);
  EXPECT_EQ(Answer(label, "2022-03-10"), AsOf::Answer::kYes);
}

TEST(LabelDaysTest, ARevokedLabelHoldsThroughTheDayBeforeItsRevocation) {
  v1::Label label = Dated("2022-03-10", "2026");
  label.mutable_revocation()->set_revoked("2023-05-10");
  EXPECT_EQ(Answer(label, "2023-05-09"), AsOf::Answer::kYes);
  EXPECT_EQ(Answer(label, "2023-05-10"), AsOf::Answer::kNo);
  EXPECT_EQ(PeriodOf(label).end(), "2023-05-09");
  label.mutable_revocation()->set_revoked("2023-05");
  EXPECT_EQ(Answer(label, "2023-04-30"), AsOf::Answer::kYes);
  EXPECT_THAT(On(label, absl::CivilDay(2023, 5, 20)).reason,
              HasSubstr("the revocation is known as 2023-05 only"));
  EXPECT_EQ(Answer(label, "2023-05-31"), AsOf::Answer::kNo);
  label.mutable_revocation()->set_revoked("2022-03-10");
  EXPECT_EQ(Answer(label, "2022-03-10"), AsOf::Answer::kNo);
  EXPECT_EQ(PeriodOf(label).ByteSizeLong(), 0u) << "it never held";
}

TEST(LabelDaysTest, ALateRenewalLeavesNoGap) {
  v1::Label label = Dated("2018-03-10", "2023-03-10");
  v1::Renewal& renewal = *label.add_renewals();
  renewal.set_renewed("2020-11-20");
  renewal.set_previous_valid_until("2020-03-10");
  renewal.set_valid_until("2023-03-10");
  EXPECT_EQ(Answer(label, "2020-06-01"), AsOf::Answer::kYes);
}

std::vector<absl::CivilDay> DaysOf(const std::string& date, absl::CivilDay from,
                                   absl::CivilDay through) {
  const auto range = ParseDate(date);
  std::vector<absl::CivilDay> days;
  for (absl::CivilDay day = std::max(from, range.ok() ? range->first : from);
       day <= std::min(through, range.ok() ? range->last : through); ++day) {
    days.push_back(day);
  }
  return days;
}

// How many labels the record may mean, and how many of them hold on each day.
class Definition {
 public:
  Definition(const v1::Label& label, absl::CivilDay from, absl::CivilDay through)
      : from_(from), begins_(through - from + 3), ends_(begins_.size()) {
    std::vector<absl::CivilDay> revoked = {through + 2};
    if (label.has_revocation()) revoked = DaysOf(label.revocation().revoked(), from, through);
    for (const absl::CivilDay award : DaysOf(label.awarded(), from, kToday)) {
      std::vector<absl::CivilDay> ends = {through + 1};
      if (const auto end = ParseDate(label.valid_until()); end.ok()) {
        ends = {end->last};
      } else if (!label.has_revocation()) {
        ends.push_back(award);
      }
      for (const absl::CivilDay end : ends) {
        for (const absl::CivilDay taken : revoked) Add(award, std::min(end, taken - 1));
      }
    }
  }

  AsOf::Answer On(absl::CivilDay day) const {
    int64_t holding = 0;
    for (absl::CivilDay one = from_; one <= day; ++one) holding += begins_[one - from_];
    for (absl::CivilDay one = from_; one < day; ++one) holding -= ends_[one - from_];
    if (holding == 0) return AsOf::Answer::kNo;
    return holding == labels_ ? AsOf::Answer::kYes : AsOf::Answer::kUnknown;
  }

 private:
  // One that holds for a day at least.
  void Add(absl::CivilDay first, absl::CivilDay last) {
    if (first > last) return;
    ++labels_;
    ++begins_[first - from_];
    ++ends_[std::min<int64_t>(last - from_, std::ssize(ends_) - 1)];
  }

  const absl::CivilDay from_;
  std::vector<int64_t> begins_, ends_;  // by day
  int64_t labels_ = 0;
};

TEST(LabelDaysTest, ADayIsKnownWhenEachLabelThatTheRecordMayMeanHoldsThenAndUnknownWhenSomeDo) {
  SeededRandom dice(TestSeed());
  const absl::CivilDay from(2022, 1, 1), through(2025, 12, 31);
  for (int round = 0; round < 60; ++round) {
    v1::Label label = Dated(SomeDate(dice, 2022, 2), SomeDate(dice, 2023, 2));
    if (dice.Below(3) == 0) {
      // In the past, and after the award may have been.
      label.mutable_revocation()->set_revoked(
          FormatDay(absl::CivilDay(2024, 1 + static_cast<int>(dice.Below(5)), 3)));
      if (dice.Below(2) == 0) label.mutable_revocation()->set_revoked("2024-Q1");
    }
    const Definition definition(label, from, through);
    for (absl::CivilDay day = from; day <= through; day += 1 + dice.Below(9)) {
      ASSERT_EQ(On(label, day).answer, definition.On(day))
          << FormatDay(day) << " of " << label.ShortDebugString() << ": " << On(label, day).reason;
    }
  }
}

TEST(LabelDaysTest, TodayALabelHoldsWhenItsStateIsValid) {
  SeededRandom dice(TestSeed());
  v1::LabelScheme scheme;
  const absl::Time now = absl::FromCivil(kToday, absl::UTCTimeZone()) + absl::Hours(12);
  for (int round = 0; round < 300; ++round) {
    v1::Label label = Dated(SomeDate(dice, 2022, 2), SomeDate(dice, 2024, 2));
    if (dice.Below(4) == 0) label.mutable_revocation()->set_revoked("2024-06-15");
    Settle(scheme, now, &label);
    EXPECT_EQ(On(label, kToday).answer == AsOf::Answer::kYes,
              label.state() == v1::Label::STATE_VALID)
        << label.ShortDebugString();
  }
}

}  // namespace
}  // namespace clusterwire::catalogue
