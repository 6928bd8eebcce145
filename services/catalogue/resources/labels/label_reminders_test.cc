// Reminders of a label's end and of the end of its renewal window, by the days that its scheme
// says. What the timers make of them stands in common/reminders.h.
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/changes/record.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/testing/world.h"
#include "services/catalogue/timers/timer_runner.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Given = std::vector<std::string>;  // "label.expiring 7 of 7 days to 2024-12-31"

absl::Time Utc(const char* text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

class LabelRemindersTest : public ::testing::Test {
 protected:
  LabelRemindersTest() { SetScheme({90, 30, 7}); }

  void SetScheme(const std::vector<int>& days, const std::string& zone = "") {
    auto scheme = world_.Get<v1::LabelScheme>("labelSchemes/ecei");
    scheme.mutable_reminder_days()->Assign(days.begin(), days.end());
    scheme.set_time_zone(zone);
    google::protobuf::FieldMask mask;
    mask.add_paths("reminder_days");
    mask.add_paths("time_zone");
    ASSERT_THAT(world_.Of<LabelSchemes>().Update(world_.AsOperator(), scheme, mask), IsOk());
    while (*world_.store->Refresh()) {
    }
  }
  std::string Award(const std::string& valid_until) {
    v1::Label label;
    label.set_scheme("labelSchemes/ecei");
    label.set_level("silver");
    label.set_valid_until(valid_until);
    return world_.Of<Labels>().Award(world_.AsOperator(), cluster_, label, "")->name();
  }
  void CorrectEnd(const std::string& name, const std::string& valid_until) {
    v1::Label label;
    label.set_name(name);
    label.set_valid_until(valid_until);
    ASSERT_THAT(world_.Of<Labels>().Update(world_.AsOperator(), label, {}), IsOk());
  }
  // What was given since the last time, as after a restart at that moment.
  Given At(absl::Time moment) {
    const store::Revision before = *world_.store->revision();
    world_.clock.Set(moment);
    TimerRunner timers(*world_.store, TimerSteps(), world_.clock, world_.random, metrics_);
    EXPECT_THAT(timers.CatchUp(), IsOk());
    Given given;
    for (const store::Change& change : world_.ChangesAfter(before)) {
      if (change.kind == "facts.refreshed") continue;
      const auto record = *RecordOf(change);
      const type::v1::Reminder& reminder = record.reminder();
      given.push_back(record.has_reminder()
                          ? absl::StrCat(reminder.kind(), " ", reminder.days_left(), " of ",
                                         reminder.lead_days(), " days to ", reminder.day())
                          : record.kind());
    }
    return given;
  }
  // At noon, UTC.
  Given On(const std::string& day) { return At(Utc(absl::StrCat(day, "T12:00:00Z").c_str())); }

  World world_{"2024-06-01"};
  telemetry::Metrics metrics_;
  std::string cluster_ = world_.NewCluster().name();
};

TEST_F(LabelRemindersTest, PeopleAreReminded90And30And7DaysBeforeTheLastDay) {
  Award("2024-12-31");
  EXPECT_THAT(On("2024-10-01"), IsEmpty());
  EXPECT_THAT(On("2024-10-02"), ElementsAre("label.expiring 90 of 90 days to 2024-12-31"));
  EXPECT_THAT(On("2024-11-30"), IsEmpty());
  EXPECT_THAT(On("2024-12-01"), ElementsAre("label.expiring 30 of 30 days to 2024-12-31"));
  EXPECT_THAT(On("2024-12-23"), IsEmpty());
  EXPECT_THAT(On("2024-12-24"), ElementsAre("label.expiring 7 of 7 days to 2024-12-31"));
  EXPECT_THAT(On("2024-12-31"), IsEmpty());
  EXPECT_THAT(On("2025-01-01"), ElementsAre("label.expired"));
}

TEST_F(LabelRemindersTest, AReminderLeavesTheFactsAsTheyAre) {
  Award("2024-12-31");
  world_.SetToday("2024-10-02");
  const store::Revision before = *world_.store->revision();
  ASSERT_EQ(On("2024-10-02").size(), 1u);
  const auto changes = world_.ChangesAfter(before);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_TRUE(changes[0].facts_after.has_value());
  EXPECT_EQ(changes[0].facts_before, changes[0].facts_after);
  EXPECT_FALSE(changes[0].quiet);
}

TEST_F(LabelRemindersTest, TheEndOfTheRenewalWindowHasRemindersOfItsOwn) {
  const std::string name = Award("2024-06-30");
  EXPECT_THAT(On("2025-04-01"),
              ElementsAre("label.expired", "label.renewal_closing 90 of 90 days to 2025-06-30"));
  EXPECT_EQ(world_.FactsOf(name).deadline(), "2025-06-30");
  EXPECT_THAT(On("2025-06-23"), ElementsAre("label.renewal_closing 7 of 7 days to 2025-06-30"));
  EXPECT_THAT(On("2025-07-01"), ElementsAre("label.lapsed"));
  EXPECT_EQ(world_.FactsOf(name).deadline(), "");
}

TEST_F(LabelRemindersTest, AWindowShorterThanTheLeadHasNoReminderBeforeItOpens) {
  auto scheme = world_.Get<v1::LabelScheme>("labelSchemes/ecei");
  scheme.set_renewal_window_months(1);
  ASSERT_THAT(world_.Of<LabelSchemes>().Update(world_.AsOperator(), scheme, {}), IsOk());
  Award("2024-09-30");
  EXPECT_THAT(On("2024-10-01"),
              ElementsAre("label.expired", "label.renewal_closing 30 of 30 days to 2024-10-31"))
      << "90 days before the window closes the label is valid still";
}

TEST_F(LabelRemindersTest, WhatIsPastWhenALabelIsRecordedIsNotSentAfterwards) {
  Award("2024-06-21");
  EXPECT_THAT(On("2024-06-13"), IsEmpty());
  EXPECT_THAT(On("2024-06-14"), ElementsAre("label.expiring 7 of 7 days to 2024-06-21"));
}

TEST_F(LabelRemindersTest, AfterAnOutageOnlyTheNewestOfASeriesIsGivenAndSaysTheDaysThatAreLeft) {
  Award("2024-12-31");
  EXPECT_THAT(On("2024-12-29"), ElementsAre("label.expiring 2 of 7 days to 2024-12-31"));
  EXPECT_THAT(On("2024-12-30"), IsEmpty());
}

TEST_F(LabelRemindersTest, AfterALongOutageEachStepOfStateComesInOrderAndNoReminderOfWhatIsOver) {
  Award("2024-12-31");
  EXPECT_THAT(On("2025-12-30"),
              ElementsAre("label.expired", "label.renewal_closing 1 of 7 days to 2025-12-31"));
  EXPECT_THAT(On("2026-06-01"), ElementsAre("label.lapsed"));
}

TEST_F(LabelRemindersTest, OnTheLastDayItselfTheReminderIsStillOfUse) {
  Award("2024-12-31");
  EXPECT_THAT(At(Utc("2024-12-31T22:59:59Z")),
              ElementsAre("label.expiring 0 of 7 days to 2024-12-31"));
}

TEST_F(LabelRemindersTest, RenewingWithdrawsWhatHasNotFired) {
  v1::RenewLabelRequest renewal;
  renewal.set_name(Award("2024-12-31"));
  ASSERT_EQ(On("2024-10-02").size(), 1u);
  // The second one is due, and the runner has not looked yet.
  world_.SetToday("2024-12-02");
  renewal.set_renewed("2024-12-02");
  ASSERT_THAT(world_.Of<Labels>().Renew(world_.AsOperator(), renewal), IsOk());
  EXPECT_THAT(On("2026-10-01"), IsEmpty());
  EXPECT_THAT(On("2026-10-02"), ElementsAre("label.expiring 90 of 90 days to 2026-12-31"));
}

TEST_F(LabelRemindersTest, RevokingAndDeletingWithdrawWhatHasNotFired) {
  v1::RevokeLabelRequest revocation;
  revocation.set_name(Award("2024-12-31"));
  revocation.set_revoked("2024-06-01");
  revocation.set_reason("so it is");
  ASSERT_THAT(world_.Of<Labels>().Revoke(world_.AsOperator(), revocation), IsOk());
  const std::string other = Award("2025-01-31");
  ASSERT_THAT(world_.Of<Labels>().Delete(world_.AsOperator(), other, ""), IsOk());
  EXPECT_THAT(On("2026-01-01"), IsEmpty());
}

TEST_F(LabelRemindersTest, ALabelThatComesBackHasItsRemindersAhead) {
  const std::string name = Award("2024-12-31");
  ASSERT_THAT(world_.Of<Labels>().Delete(world_.AsOperator(), name, ""), IsOk());
  EXPECT_THAT(On("2024-10-15"), IsEmpty());
  ASSERT_THAT(world_.Of<Labels>().Undelete(world_.AsOperator(), name, ""), IsOk());
  EXPECT_THAT(On("2024-12-01"), ElementsAre("label.expiring 30 of 30 days to 2024-12-31"));
}

TEST_F(LabelRemindersTest, ACorrectedEndIsRemindedOfAnew) {
  const std::string name = Award("2024-12-31");
  ASSERT_EQ(On("2024-12-24").size(), 1u);
  CorrectEnd(name, "2025-03-31");
  EXPECT_THAT(On("2024-12-31"), ElementsAre("label.expiring 90 of 90 days to 2025-03-31"));
  CorrectEnd(name, "2025");
  EXPECT_THAT(On("2025-03-24"), IsEmpty());
  EXPECT_THAT(On("2025-12-24"), ElementsAre("label.expiring 7 of 7 days to 2025-12-31"));
}

TEST_F(LabelRemindersTest, OtherDaysOfTheSchemeCountForTheLabelsThatAreThereWithoutTouchingThem) {
  const std::string name = Award("2024-12-31");
  const std::string etag = world_.Get<v1::Label>(name).etag();
  const store::Revision before = *world_.store->revision();
  SetScheme({60});
  EXPECT_EQ(world_.Get<v1::Label>(name).etag(), etag);
  EXPECT_THAT(world_.KindsAfter(before), ElementsAre("label_scheme.updated"));
  EXPECT_THAT(On("2024-10-31"), IsEmpty());
  EXPECT_THAT(On("2024-11-01"), ElementsAre("label.expiring 60 of 60 days to 2024-12-31"));
  SetScheme({});
  EXPECT_THAT(On("2025-01-01"), ElementsAre("label.expired"));
}

TEST_F(LabelRemindersTest, AClockThatIsSetBackRemindsNobodyTwice) {
  const std::string name = Award("2024-12-31");
  ASSERT_THAT(On("2024-12-01"), ElementsAre("label.expiring 30 of 30 days to 2024-12-31"));
  world_.SetToday("2024-09-01");
  v1::Label label;
  label.set_name(name);
  label.set_issuer("EUCLES");
  ASSERT_THAT(world_.Of<Labels>().Update(world_.AsOperator(), label, {}), IsOk());
  EXPECT_THAT(On("2024-10-02"), IsEmpty());
  EXPECT_THAT(On("2024-12-01"), IsEmpty());
  EXPECT_THAT(On("2024-12-24"), ElementsAre("label.expiring 7 of 7 days to 2024-12-31"));
}

TEST_F(LabelRemindersTest, AReminderFallsDueWithTheBeginningOfItsDayInTheSchemesZone) {
  Award("2024-12-31");
  EXPECT_THAT(At(Utc("2024-10-01T21:59:59Z")), IsEmpty());
  EXPECT_THAT(At(Utc("2024-10-01T22:00:00Z")),
              ElementsAre("label.expiring 90 of 90 days to 2024-12-31"));
  SetScheme({30, 7}, "Pacific/Auckland");
  EXPECT_THAT(At(Utc("2024-11-30T10:59:59Z")), IsEmpty());
  EXPECT_THAT(At(Utc("2024-11-30T11:00:00Z")),
              ElementsAre("label.expiring 30 of 30 days to 2024-12-31"));
}

TEST_F(LabelRemindersTest, TheDaysAreCountedFromTheLastDayOfAnEndOfLowPrecisionAndOverALeapDay) {
  SetScheme({29, 0});
  Award("2028-Q1");
  EXPECT_THAT(On("2028-03-01"), IsEmpty());
  EXPECT_THAT(On("2028-03-02"), ElementsAre("label.expiring 29 of 29 days to 2028-03-31"));
  EXPECT_THAT(On("2028-03-31"), ElementsAre("label.expiring 0 of 0 days to 2028-03-31"));
  SetScheme({1});
  Award("2032-03-01");
  EXPECT_THAT(On("2032-02-29"), ElementsAre("label.expired", "label.lapsed",
                                            "label.expiring 1 of 1 days to 2032-03-01"));
}

TEST_F(LabelRemindersTest, NobodyIsRemindedOfALabelOfADeletedCluster) {
  const std::string name = Award("2024-12-31");
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster_, ""), IsOk());
  EXPECT_THAT(On("2024-12-24"), IsEmpty());
  EXPECT_THAT(world_.Get<v1::Label>(name).reminders(), IsEmpty());
}

TEST_F(LabelRemindersTest, ALabelShowsTheNewestReminderOfEachKindAndNoCallerSetsIt) {
  const std::string name = Award("2024-12-31");
  On("2024-10-02");
  On("2024-12-24");
  On("2025-12-24");
  auto label = world_.Get<v1::Label>(name);
  ASSERT_EQ(label.reminders_size(), 2);
  EXPECT_EQ(label.reminders(0).lead_days(), 7);
  EXPECT_EQ(label.reminders(1).kind(), "label.renewal_closing");
  label.clear_reminders();
  google::protobuf::FieldMask all;
  all.add_paths("*");
  ASSERT_THAT(world_.Of<Labels>().Update(world_.AsOperator(), label, all), IsOk());
  EXPECT_EQ(world_.Get<v1::Label>(name).reminders_size(), 2);
}

TEST_F(LabelRemindersTest, DaysThatCanNotBeAreNamedAllAtOnce) {
  auto scheme = world_.Get<v1::LabelScheme>("labelSchemes/ecei");
  for (const int days : {-1, 7, 367}) scheme.add_reminder_days(days);
  const auto updated = world_.Of<LabelSchemes>().Update(world_.AsOperator(), scheme, {});
  for (const int index : {3, 4, 5}) {
    EXPECT_THAT(updated,
                HasFieldError(absl::StrCat("label_scheme.reminder_days[", index, "]").c_str()));
  }
  for (int days = 100; days < 108; ++days) scheme.add_reminder_days(days);
  EXPECT_THAT(world_.Of<LabelSchemes>().Update(world_.AsOperator(), scheme, {}),
              HasFieldError("label_scheme.reminder_days"));
}

}  // namespace
}  // namespace clusterwire::catalogue
