#include "services/catalogue/resources/labels/label_rules.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/filter/predicate.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/testing/world.h"
#include "services/catalogue/timers/timer_runner.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LabelsTest : public ::testing::Test {
 protected:
  v1::Label Silver() {
    v1::Label label;
    label.set_scheme("labelSchemes/ecei");
    label.set_level("silver");
    return label;
  }
  absl::StatusOr<v1::Label> Award(v1::Label label) {
    return world_.Of<Labels>().Award(world_.AsOperator(), cluster_, label, "");
  }
  absl::StatusOr<v1::Label> Renew(const std::string& name, const std::string& renewed,
                                  const std::string& valid_until = "") {
    v1::RenewLabelRequest request;
    request.set_name(name);
    request.set_renewed(renewed);
    request.set_valid_until(valid_until);
    return world_.Of<Labels>().Renew(world_.AsOperator(), request);
  }

  World world_{"2024-06-01"};
  std::string cluster_ = world_.NewCluster().name();
};

TEST_F(LabelsTest, AFirstAwardIsValidForTwoYearsFromTheMonthOfItsAssessment) {
  v1::Label label = Silver();
  label.set_assessed("2024-05");
  const auto awarded = Award(label);
  ASSERT_THAT(awarded, IsOk());
  EXPECT_EQ(awarded->valid_until(), "2026-05-31");
  EXPECT_EQ(awarded->state(), v1::Label::STATE_VALID);
  EXPECT_EQ(awarded->name(), "clusters/silicon-saxony/labels/ecei-silver-2024");
}

TEST_F(LabelsTest, NobodyDerivesAnEndThatNothingStates) {
  v1::Label label = Silver();
  label.set_awarded("2024-05");
  const auto awarded = Award(label);
  ASSERT_THAT(awarded, IsOk());
  EXPECT_EQ(awarded->valid_until(), "");
  EXPECT_EQ(awarded->state(), v1::Label::STATE_UNKNOWN);
}

TEST_F(LabelsTest, AnAssessmentKnownToTheYearOnlyGivesNoEnd) {
  v1::Label label = Silver();
  label.set_assessed("2023");
  EXPECT_EQ(Award(label)->valid_until(), "");
}

TEST_F(LabelsTest, WhatIsPastWhenItIsRecordedIsStoredAsSuchAndFiresNothing) {
  v1::Label label = Silver();
  label.set_valid_until("2015-05-27");
  ASSERT_THAT(Award(label), IsOk());
  label.set_valid_until("2024-01-31");
  const auto renewable = world_.Of<Labels>().Award(world_.AsOperator(), cluster_, label, "late");
  EXPECT_EQ(renewable->state(), v1::Label::STATE_RENEWABLE);
  EXPECT_THAT(world_.store->DueTimers(world_.clock.Now(), 10), IsOkAndHolds(::testing::IsEmpty()));
}

TEST_F(LabelsTest, ARenewalWithinAYearOfTheEndExtendsWithoutAGap) {
  v1::Label label = Silver();
  label.set_level("bronze");
  label.set_valid_until("2023-08-15");
  const auto awarded = Award(label);
  const auto renewed = Renew(awarded->name(), "2024-05-20");
  ASSERT_THAT(renewed, IsOk());
  EXPECT_EQ(renewed->valid_until(), "2026-08-15");
  EXPECT_EQ(renewed->state(), v1::Label::STATE_VALID);
  ASSERT_EQ(renewed->renewals_size(), 1);
  EXPECT_EQ(renewed->renewals(0).previous_valid_until(), "2023-08-15");
}

TEST_F(LabelsTest, ARenewalThatIsRepeatedWithTheSameDateExtendsNothing) {
  v1::Label label = Silver();
  label.set_valid_until("2023-08-15");
  const std::string name = Award(label)->name();
  const auto renewed = Renew(name, "2024-05-20");
  const store::Revision before = *world_.store->revision();
  const auto again = Renew(name, "2024-05-20");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->valid_until(), renewed->valid_until());
  EXPECT_EQ(again->renewals_size(), 1);
  EXPECT_EQ(*world_.store->revision(), before);
  const auto other = Renew(name, "2024-05-20", "2030-01-01");
  EXPECT_THAT(other, HasFieldError("renewed"));
  EXPECT_THAT(std::string(other.status().message()), HasSubstr("UpdateLabel"));
}

TEST_F(LabelsTest, ARenewalIsLaterThanTheLastOne) {
  v1::Label label = Silver();
  label.set_valid_until("2023-08-15");
  const std::string name = Award(label)->name();
  ASSERT_THAT(Renew(name, "2024-05-20"), IsOk());
  for (const char* renewed : {"2024-05-19", "2023", "2024-05", "2024"}) {
    EXPECT_THAT(Renew(name, renewed), HasFieldError("renewed")) << renewed;
  }
  EXPECT_THAT(Renew(name, "2024-05-21"), IsOk());
}

TEST_F(LabelsTest, TheSameAwardAgainGivesTheSameAnswer) {
  const auto first = Award(Silver());
  const store::Revision before = *world_.store->revision();
  const auto again = Award(Silver());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(*world_.store->revision(), before);
}

TEST_F(LabelsTest, AnAwardWhoseEndIsNotKnownSaysWhy) {
  v1::Label gold = Silver();
  gold.set_level("gold");
  gold.set_assessed("2024-05");
  EXPECT_THAT(Award(gold)->notes(),
              ElementsAre(HasSubstr("doesn't say how long a first award of level 'gold'")));
  EXPECT_THAT(Award(Silver())->notes(),
              ElementsAre(HasSubstr("month of the assessment, which isn't given")));
  v1::Label year = Silver();
  year.set_assessed("2023");
  EXPECT_THAT(Award(year)->notes(), ElementsAre(HasSubstr("'2023' names none")));
  v1::Label month = Silver();
  month.set_assessed("2024-05");
  EXPECT_THAT(Award(month)->notes(), ElementsAre(HasSubstr("2026-05-31, as labelSchemes/ecei")));
}

TEST_F(LabelsTest, ALabelIsFoundByItsLevelAloneAndWithItsScheme) {
  const facts::Facts facts = world_.FactsOf(Award(Silver())->name());
  for (const char* kind : {"silver", "ecei:silver", "ECEI:Silver"}) {
    filter::Filter filter;
    filter.add_kinds(kind);
    const auto predicate = filter::Predicate::Compile(filter, filter::Viewer::Public());
    ASSERT_THAT(predicate, IsOk());
    EXPECT_TRUE(predicate->Matches(facts)) << kind;
  }
  filter::Filter other;
  other.add_kinds("other:silver");
  EXPECT_FALSE(filter::Predicate::Compile(other, filter::Viewer::Public())->Matches(facts));
}

TEST_F(LabelsTest, ARenewalMoreThanAYearAfterTheEndIsRefusedWithTheLastDay) {
  v1::Label label = Silver();
  label.set_valid_until("2022-12-31");
  const auto awarded = Award(label);
  const auto renewed = Renew(awarded->name(), "2024-01-01");
  EXPECT_THAT(renewed, ReasonIs("RENEWAL_WINDOW_CLOSED"));
  EXPECT_THAT(renewed, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("2023-12-31")));
  EXPECT_THAT(Renew(awarded->name(), "2023-12-31"), IsOk());
}

TEST_F(LabelsTest, EverythingWrongWithARenewalIsNamedAtOnce) {
  v1::RenewLabelRequest request;
  request.set_name(Award(Silver())->name());
  request.set_renewed("2030-01-01");
  request.set_valid_until("soon");
  request.set_announced("later");
  request.mutable_score()->set_percent(120);
  const auto renewed = world_.Of<Labels>().Renew(world_.AsOperator(), request);
  for (const char* field : {"renewed", "valid_until", "announced", "score.percent"}) {
    EXPECT_THAT(renewed, HasFieldError(field));
  }
}

TEST_F(LabelsTest, ARenewalOfALabelWhoseEndIsNotKnownNeedsTheNewEnd) {
  const auto awarded = Award(Silver());
  EXPECT_THAT(Renew(awarded->name(), "2024-05-20"), ReasonIs("END_UNKNOWN"));
  EXPECT_EQ(Renew(awarded->name(), "2024-05-20", "2026")->valid_until(), "2026");
}

TEST_F(LabelsTest, ARevokedLabelIsNeitherRenewedNorRevokedAgain) {
  const auto awarded = Award(Silver());
  v1::RevokeLabelRequest request;
  request.set_name(awarded->name());
  request.set_revoked("2024-05-30");
  request.set_reason("less than half of the members remain");
  EXPECT_EQ(world_.Of<Labels>().Revoke(world_.AsOperator(), request)->state(),
            v1::Label::STATE_REVOKED);
  const store::Revision before = *world_.store->revision();
  EXPECT_THAT(world_.Of<Labels>().Revoke(world_.AsOperator(), request), IsOk());
  EXPECT_EQ(*world_.store->revision(), before) << "the same answer, and no change";
  request.set_reason("another one");
  const auto other = world_.Of<Labels>().Revoke(world_.AsOperator(), request);
  EXPECT_THAT(other, ReasonIs("ALREADY_REVOKED"));
  EXPECT_THAT(std::string(other.status().message()), HasSubstr("UpdateLabel"));
  EXPECT_THAT(Renew(awarded->name(), "2024-05-31", "2030"), ReasonIs("LABEL_REVOKED"));
}

TEST_F(LabelsTest, TheClockMakesALabelRenewableAndThenLapsedEachStepInOrder) {
  v1::Label label = Silver();
  label.set_valid_until("2024-06-30");
  const auto awarded = Award(label);
  telemetry::Metrics metrics;
  const store::Revision before = *world_.store->revision();
  EXPECT_THAT(world_.FactsOf(cluster_).label_levels(), ElementsAre("ecei:bronze", "ecei:silver"));
  // Both moments pass before the clock is looked at.
  world_.SetToday("2026-01-01");
  {
    TimerRunner timers(*world_.store, TimerSteps(), world_.clock, world_.random, metrics);
    ASSERT_THAT(timers.CatchUp(), IsOk());
  }
  EXPECT_THAT(world_.KindsAfter(before),
              ElementsAre("label.expired", "facts.refreshed", "label.lapsed"));
  EXPECT_EQ(world_.FactsOf(awarded->name()).state(), "lapsed");
  EXPECT_THAT(world_.FactsOf(cluster_).label_levels(), ElementsAre());
  EXPECT_THAT(world_.FactsOf(cluster_).labels_held(), ElementsAre("ecei:bronze", "ecei:silver"));
}

TEST_F(LabelsTest, EverythingWrongWithALabelIsNamedAtOnceAndNothingIsKept) {
  v1::Label label = Silver();
  label.set_level("platinum");
  label.set_awarded("2024-05-01");
  label.set_announced("2024-04-01");
  label.set_valid_until("2023");
  label.mutable_score()->set_percent(120);
  const store::Revision before = *world_.store->revision();
  const auto awarded = Award(label);
  EXPECT_THAT(awarded, HasFieldError("label.level"));
  EXPECT_THAT(awarded, HasFieldError("label.announced"));
  EXPECT_THAT(awarded, HasFieldError("label.valid_until"));
  EXPECT_THAT(awarded, HasFieldError("label.score.percent"));
  EXPECT_THAT(std::string(awarded.status().message()), HasSubstr("bronze, silver, gold"));
  EXPECT_EQ(*world_.store->revision(), before);
}

TEST_F(LabelsTest, ALabelForAMissingOrDeletedClusterIsRefused) {
  EXPECT_THAT(world_.Of<Labels>().Award(world_.AsOperator(), "clusters/nobody", Silver(), ""),
              StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster_, ""), IsOk());
  EXPECT_THAT(Award(Silver()), ReasonIs("PARENT_DELETED"));
}

TEST_F(LabelsTest, OnlyOperatorsAward) {
  EXPECT_THAT(world_.Of<Labels>().Award(world_.As(cluster_), cluster_, Silver(), ""),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace clusterwire::catalogue
