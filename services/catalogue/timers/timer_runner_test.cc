#include "services/catalogue/timers/timer_runner.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/testing/world.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TimerRunnerTest : public ::testing::Test {
 protected:
  std::string Award(const std::string& valid_until) {
    v1::Label label;
    label.set_scheme("labelSchemes/ecei");
    label.set_level("silver");
    label.set_valid_until(valid_until);
    return world_.Of<Labels>().Award(world_.AsOperator(), cluster_, label, "")->name();
  }
  std::string Join(const std::string& start, const std::string& end) {
    v1::Membership membership;
    membership.set_cluster(cluster_);
    membership.mutable_period()->set_start(start);
    membership.mutable_period()->set_end(end);
    return world_.Of<Memberships>()
        .Create(world_.AsOperator(), "programmes/go-cluster", membership, "")
        ->name();
  }
  // As after a restart on that day.
  std::vector<std::string> KindsUpTo(const std::string& day) {
    const store::Revision before = *world_.store->revision();
    world_.SetToday(day);
    TimerRunner timers(*world_.store, TimerSteps(), world_.clock, world_.random, metrics_);
    EXPECT_THAT(timers.CatchUp(), IsOk());
    return world_.KindsAfter(before);
  }
  absl::Status Step(const std::string& label, absl::Time at) {
    return world_.store
        ->Write({}, [&](store::Writer& writer) { return StepLabel(writer, label, at); })
        .status();
  }

  World world_{"2024-06-01"};
  telemetry::Metrics metrics_;
  std::string cluster_ = world_.NewCluster().name();
};

TEST_F(TimerRunnerTest, AMembershipBeginsAndEndsByTheClock) {
  const std::string name = Join("2024-07", "2024-09-15");
  EXPECT_EQ(world_.FactsOf(name).state(), "upcoming");
  EXPECT_THAT(KindsUpTo("2024-06-30"), IsEmpty());
  EXPECT_THAT(KindsUpTo("2024-07-01"), ElementsAre("membership.started", "facts.refreshed"));
  EXPECT_THAT(world_.FactsOf(cluster_).programmes(), ElementsAre("programmes/go-cluster"));
  EXPECT_THAT(KindsUpTo("2024-09-15"), IsEmpty());
  EXPECT_THAT(KindsUpTo("2024-09-16"), ElementsAre("membership.ended", "facts.refreshed"));
  EXPECT_THAT(world_.FactsOf(cluster_).programmes(), IsEmpty());
}

TEST_F(TimerRunnerTest, ALabelRenewedInTimeFiresNothingAtItsOldEnd) {
  v1::RenewLabelRequest renewal;
  renewal.set_name(Award("2024-06-30"));
  renewal.set_renewed("2024-06-01");
  ASSERT_THAT(world_.Of<Labels>().Renew(world_.AsOperator(), renewal), IsOk());
  EXPECT_THAT(KindsUpTo("2026-06-30"), IsEmpty());
  EXPECT_THAT(KindsUpTo("2026-07-01"), ElementsAre("label.expired", "facts.refreshed"));
}

TEST_F(TimerRunnerTest, ARestartCatchesUpEachStepInOrder) {
  Award("2024-06-30");
  Join("2024-07-02", "2024-09");
  EXPECT_THAT(
      KindsUpTo("2027-01-01"),
      ElementsAre("label.expired", "facts.refreshed", "facts.refreshed", "membership.started",
                  "facts.refreshed", "facts.refreshed", "membership.ended", "facts.refreshed",
                  "facts.refreshed", "label.lapsed"));
}

TEST_F(TimerRunnerTest, AMomentThatWasFiredAlreadyTurnsNothingBack) {
  const std::string name = Award("2024-06-30");
  const auto label = world_.Get<v1::Label>(name);
  KindsUpTo("2027-01-01");
  const store::Revision lapsed = *world_.store->revision();
  EXPECT_THAT(Step(name, absl::FromUnixSeconds(label.expire_time().seconds())), IsOk());
  EXPECT_THAT(Step(name, absl::FromUnixSeconds(label.lapse_time().seconds())), IsOk());
  EXPECT_EQ(*world_.store->revision(), lapsed);
  EXPECT_EQ(world_.Get<v1::Label>(name).state(), v1::Label::STATE_LAPSED);
}

TEST_F(TimerRunnerTest, TimePassesForTheLabelsOfADeletedClusterToo) {
  const std::string name = Award("2024-06-30");
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster_, ""), IsOk());
  KindsUpTo("2024-07-01");
  ASSERT_THAT(world_.Of<Clusters>().Undelete(world_.AsOperator(), cluster_, ""), IsOk());
  EXPECT_EQ(world_.FactsOf(name).state(), "renewable");
  EXPECT_THAT(world_.FactsOf(cluster_).label_levels(), IsEmpty());
}

TEST_F(TimerRunnerTest, AStepThatIsRefusedHoldsUpItsOwnClusterAlone) {
  Award("2024-06-30");
  Join("2020", "");
  const std::string other = world_.NewCluster("Other").name();
  cluster_ = other;
  const std::string label = Award("2024-06-30");
  world_.SetToday("2024-07-01");
  // The first cluster has a label and a membership.
  const auto store = *store::Store::Open(*world_.database, *CatalogueTypes({.fan_out_limit = 1}),
                                         world_.clock, world_.random);
  TimerRunner timers(*store, TimerSteps(), world_.clock, world_.random, metrics_);
  EXPECT_THAT(timers.CatchUp(), ReasonIs("FAN_OUT"));
  EXPECT_EQ(world_.FactsOf(label).state(), "renewable");
}

TEST_F(TimerRunnerTest, ADraftAndADeletedMembershipHaveNoMoments) {
  const std::string name = Join("2024-07", "2024-09");
  ASSERT_THAT(world_.Of<Memberships>().Delete(world_.AsOperator(), name, ""), IsOk());
  EXPECT_THAT(KindsUpTo("2025-01-01"), IsEmpty());
  const auto back = world_.Of<Memberships>().Undelete(world_.AsOperator(), name, "");
  EXPECT_EQ(back->state(), v1::Membership::STATE_ENDED);
}

}  // namespace
}  // namespace clusterwire::catalogue
