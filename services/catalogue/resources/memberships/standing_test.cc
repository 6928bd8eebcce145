// How members stand: probation, the label that the programme requires, and the grace.
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/time/date.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/resources/memberships/standing_rules.h"
#include "services/catalogue/resources/memberships/standing_state.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
#include "services/catalogue/testing/world.h"
#include "services/catalogue/timers/timer_runner.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kProgramme[] = "programmes/go-cluster";

class StandingTest : public ::testing::Test {
 protected:
  StandingTest() { SetDuty("silver"); }

  // With 12 months of grace for new members, 6 after the end of a label.
  void SetDuty(const std::string& level, const std::string& since = "2016") {
    v1::Programme programme;
    programme.set_name(kProgramme);
    v1::RequiredLabel* duty = programme.mutable_duty();
    duty->set_scheme("labelSchemes/ecei");
    duty->set_level(level);
    duty->set_since(since);
    duty->set_new_member_grace_months(12);
    duty->set_expiry_grace_months(6);
    ASSERT_THAT(UpdateProgramme(programme, "duty"), IsOk());
  }
  absl::StatusOr<v1::Programme> UpdateProgramme(const v1::Programme& programme, const char* path) {
    google::protobuf::FieldMask mask;
    mask.add_paths(path);
    return world_.Of<Programmes>().Update(world_.AsOperator(), programme, mask);
  }
  std::string Join(const std::string& start) {
    v1::Membership membership;
    membership.set_cluster(cluster_);
    membership.mutable_period()->set_start(start);
    return world_.Of<Memberships>().Create(world_.AsOperator(), kProgramme, membership, "")->name();
  }
  std::string Award(const std::string& level, const std::string& valid_until) {
    v1::Label label;
    label.set_scheme("labelSchemes/ecei");
    label.set_level(level);
    label.set_valid_until(valid_until);
    return world_.Of<Labels>().Award(world_.AsOperator(), cluster_, label, "")->name();
  }
  v1::Standing Standing() {
    return *world_.Of<Standings>().Get(world_.Read(), StandingOf(member_));
  }
  v1::Standing::State State() { return Standing().state(); }
  absl::StatusOr<v1::Standing> Update(const v1::Standing& change, const WriteCall& call) {
    v1::Standing standing = change;
    standing.set_name(StandingOf(member_));
    return world_.Of<Standings>().Update(call, standing, {});
  }
  // As after a restart on that day.
  std::vector<std::string> KindsUpTo(const std::string& day) {
    const store::Revision before = *world_.store->revision();
    world_.SetToday(day);
    TimerRunner timers(*world_.store, TimerSteps(), world_.clock, world_.random, metrics_);
    EXPECT_THAT(timers.CatchUp(), IsOk());
    return world_.KindsAfter(before);
  }
  void Follow() {
    while (*world_.store->Refresh()) {
    }
  }

  World world_{"2024-06-01"};
  telemetry::Metrics metrics_;
  std::string cluster_ = world_.NewCluster("Hamburg Aviation").name();
  std::string member_ = "programmes/go-cluster/memberships/hamburg-aviation";
};

TEST_F(StandingTest, ANewMemberWithoutTheLabelHasTheGraceOfNewMembersAndIsThenSaidToMissIt) {
  const store::Revision before = *world_.store->revision();
  Join("2024-06-01");
  EXPECT_THAT(world_.KindsAfter(before),
              ElementsAre("membership.created", "standing.grace_started", "facts.refreshed"));
  EXPECT_EQ(State(), v1::Standing::STATE_GRACE);
  EXPECT_EQ(Standing().grace_until(), "2025-05-31");
  const facts::Facts facts = world_.FactsOf(StandingOf(member_));
  EXPECT_EQ(facts.title(), "Member of go-cluster: Hamburg Aviation");
  EXPECT_EQ(facts.summary(),
            "ECEI Silver or better is required and missing; grace until 2025-05-31.");
  EXPECT_EQ(facts.deadline(), "2025-05-31");
  EXPECT_THAT(KindsUpTo("2025-05-31"), IsEmpty());
  EXPECT_THAT(KindsUpTo("2025-06-01"), ElementsAre("standing.requirement_missed"));
  EXPECT_EQ(world_.FactsOf(StandingOf(member_)).state(), "requirement_missed");
  EXPECT_EQ(world_.Get<v1::Membership>(member_).state(), v1::Membership::STATE_CURRENT)
      << "nobody is excluded by the clock";
}

TEST_F(StandingTest, MonthsFromADayEndOnTheDayBeforeItAlsoWhereTheLastMonthLacksThatDay) {
  v1::Programme programme;
  programme.set_probation_months(12);
  for (const auto& [start, end] :
       {std::pair("2024-06-01", "2025-05-31"), std::pair("2024-02-29", "2025-02-28"),
        std::pair("2023-02-28", "2024-02-27"), std::pair("2023-03-01", "2024-02-29"),
        std::pair("2024-04-30", "2025-04-29")}) {
    v1::Membership membership;
    membership.mutable_period()->set_start(start);
    EXPECT_EQ(FormatDay(*ProbationEnd(programme, membership)), end) << start;
  }
  programme.set_probation_months(1);
  v1::Membership membership;
  membership.mutable_period()->set_start("2024-01-31");
  EXPECT_EQ(FormatDay(*ProbationEnd(programme, membership)), "2024-02-29");
  world_.SetToday("2024-03-01");
  Join("2024-02-29");
  EXPECT_EQ(Standing().grace_until(), "2025-02-28") << "the grace of new members, 12 months";
}

TEST_F(StandingTest, GermansReadHowItStandsInGerman) {
  Join("2024-06-01");
  v1::Standing change;
  change.set_probation_until("2024-08-31");
  ASSERT_THAT(Update(change, world_.AsOperator()), IsOk());
  EXPECT_EQ(world_.FactsOf(StandingOf(member_)).summary_de(),
            "ECEI Silver oder höher ist verlangt und fehlt; Nachfrist bis 31. Mai 2025. In der "
            "Probezeit bis 31. August 2024.");
  EXPECT_EQ(world_.FactsOf(member_).summary_de(), "Mitglied seit 1. Juni 2024.");
}

TEST_F(StandingTest, AnExtensionToAYearIsToItsEndAndNothingElseIsNoted) {
  Join("2024-06-01");
  v1::Standing change;
  change.set_extended_until("2026");
  const auto extended = Update(change, world_.AsOperator());
  ASSERT_THAT(extended, IsOk());
  EXPECT_EQ(extended->grace_until(), "2026-12-31");
  EXPECT_THAT(extended->notes(), IsEmpty());
}

TEST_F(StandingTest, TheLabelThatComesClearsGraceAndMissInTheSameWrite) {
  Join("2024-06-01");
  KindsUpTo("2025-06-01");
  const store::Revision before = *world_.store->revision();
  const std::string label = Award("silver", "2027-03-31");
  EXPECT_EQ(world_.store->revision()->value, before.value + 1);
  EXPECT_THAT(world_.KindsAfter(before), Contains("standing.requirement_met"));
  EXPECT_EQ(Standing().label(), label);
  EXPECT_EQ(State(), v1::Standing::STATE_GOOD);
  EXPECT_THAT(Standing().grace_until(), IsEmpty());
}

TEST_F(StandingTest, GoldSatisfiesSilverAndBronzeDoesNot) {
  Join("2024-06-01");
  Award("bronze", "2027");
  EXPECT_EQ(State(), v1::Standing::STATE_GRACE);
  Award("gold", "2027");
  EXPECT_EQ(State(), v1::Standing::STATE_GOOD);
}

TEST_F(StandingTest, AnEndedLabelGivesGraceFromItsEndOnAndRenewingItClearsThat) {
  Join("2015");
  const std::string label = Award("silver", "2024-08-31");
  EXPECT_EQ(State(), v1::Standing::STATE_GOOD);
  EXPECT_THAT(KindsUpTo("2024-09-01"), ElementsAre("label.expired", "standing.grace_started",
                                                   "facts.refreshed", "facts.refreshed"));
  EXPECT_EQ(Standing().grace_until(), "2025-02-28") << "the month's last day stays the last";
  EXPECT_THAT(KindsUpTo("2025-03-01"), ElementsAre("standing.requirement_missed"));
  v1::RenewLabelRequest renewal;
  renewal.set_name(label);
  renewal.set_renewed("2025-03-01");
  renewal.set_valid_until("2027-08-31");
  const store::Revision before = *world_.store->revision();
  ASSERT_THAT(world_.Of<Labels>().Renew(world_.AsOperator(), renewal), IsOk());
  EXPECT_THAT(world_.KindsAfter(before), Contains("standing.requirement_met"));
  EXPECT_THAT(KindsUpTo("2027-08-31"), IsEmpty());
}

TEST_F(StandingTest, AfterALongOutageEachStepComesInItsOrder) {
  Join("2015");
  Award("silver", "2024-08-31");
  EXPECT_THAT(KindsUpTo("2030-01-01"),
              ElementsAre("label.expired", "standing.grace_started", "facts.refreshed",
                          "facts.refreshed", "standing.requirement_missed", "label.lapsed"));
}

TEST_F(StandingTest, ARevokedLabelCountsAsEndedOnThatDayAndADeletedOneAsNeverAwarded) {
  Join("2015");
  const std::string label = Award("silver", "2026");
  v1::RevokeLabelRequest revoke;
  revoke.set_name(label);
  revoke.set_revoked("2024-05-31");
  revoke.set_reason("a mistake");
  ASSERT_THAT(world_.Of<Labels>().Revoke(world_.AsOperator(), revoke), IsOk());
  EXPECT_EQ(State(), v1::Standing::STATE_GRACE);
  EXPECT_EQ(Standing().grace_until(), "2024-11-30");
  ASSERT_THAT(world_.Of<Labels>().Delete(world_.AsOperator(), label, ""), IsOk());
  EXPECT_EQ(State(), v1::Standing::STATE_REQUIREMENT_MISSED);
  ASSERT_THAT(world_.Of<Labels>().Undelete(world_.AsOperator(), label, ""), IsOk());
  EXPECT_EQ(State(), v1::Standing::STATE_GRACE);
}

TEST_F(StandingTest, ALabelWhoseEndIsNotKnownIsNeitherThereNorMissed) {
  Join("2015");
  Award("silver", "");
  EXPECT_EQ(State(), v1::Standing::STATE_UNKNOWN);
  EXPECT_THAT(world_.FactsOf(StandingOf(member_)).summary(), HasSubstr("isn't known"));
}

TEST_F(StandingTest, OfAStartThatIsNotKnownTheGraceCountsFromTheDayOfTheRecord) {
  Join("");
  EXPECT_EQ(Standing().grace_until(), "2025-05-31");
}

TEST_F(StandingTest, AnotherDutyReachesAllMembersQuietlyAndInPages) {
  Join("2015");
  Award("silver", "2027");
  const store::Revision before = *world_.store->revision();
  SetDuty("gold", "2017");
  EXPECT_EQ(State(), v1::Standing::STATE_GOOD) << "a page later";
  Follow();
  EXPECT_EQ(State(), v1::Standing::STATE_REQUIREMENT_MISSED);
  for (const store::Change& change : world_.ChangesAfter(before)) {
    if (change.type == "standing") EXPECT_TRUE(change.quiet) << change.kind;
  }
  v1::Programme programme;
  programme.set_name(kProgramme);
  ASSERT_THAT(UpdateProgramme(programme, "duty"), IsOk());
  Follow();
  EXPECT_EQ(State(), v1::Standing::STATE_GOOD);
}

TEST_F(StandingTest, TheOfficeExtendsAGraceAndNobodyElseDoes) {
  Join("2015");
  v1::Standing change;
  change.set_extended_until("2024-12");
  EXPECT_THAT(Update(change, world_.As(cluster_)), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(Update(change, world_.As("programmes/other")), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(Update(change, world_.As(kProgramme)), IsOk());
  EXPECT_EQ(State(), v1::Standing::STATE_GRACE);
  EXPECT_EQ(Standing().grace_until(), "2024-12-31");
  EXPECT_THAT(KindsUpTo("2025-01-01"), ElementsAre("standing.requirement_missed"));
  change.set_extended_until("2024-12-31");
  EXPECT_THAT(Update(change, world_.AsOperator()), HasFieldError("standing.extended_until"));
}

TEST_F(StandingTest, ThereIsNoGraceToExtendForWhoHasTheLabel) {
  Join("2015");
  Award("silver", "2027");
  v1::Standing change;
  change.set_extended_until("2025");
  change.set_probation_until("2014");
  change.set_end_words("so");
  const auto refused = Update(change, world_.AsOperator());
  EXPECT_THAT(refused, HasFieldError("standing.extended_until"));
  EXPECT_THAT(refused, HasFieldError("standing.probation_until"));
  EXPECT_THAT(refused, HasFieldError("standing.end_words"));
}

TEST_F(StandingTest, ANewMemberIsOnProbationUntilTheClockOrTheOfficeEndsIt) {
  v1::Programme programme;
  programme.set_name(kProgramme);
  programme.set_probation_months(12);
  ASSERT_THAT(UpdateProgramme(programme, "probation_months"), IsOk());
  Award("silver", "2030");
  const store::Revision before = *world_.store->revision();
  Join("2024-02-29");
  EXPECT_THAT(world_.KindsAfter(before), Contains("standing.probation_started"));
  EXPECT_EQ(Standing().probation_until(), "2025-02-28");
  EXPECT_EQ(world_.FactsOf(StandingOf(member_)).kind(), "probation");
  v1::Standing longer;
  longer.set_probation_until("2025-06");
  ASSERT_THAT(Update(longer, world_.As(kProgramme)), IsOk());
  EXPECT_THAT(KindsUpTo("2025-06-30"), Not(Contains(StartsWith("standing"))));
  EXPECT_THAT(KindsUpTo("2025-07-01"), ElementsAre("standing.probation_ended"));
  EXPECT_FALSE(Standing().on_probation());
}

TEST_F(StandingTest, TheOfficeEndsAProbationByADayThatIsOver) {
  v1::Programme programme;
  programme.set_name(kProgramme);
  programme.set_probation_months(12);
  ASSERT_THAT(UpdateProgramme(programme, "probation_months"), IsOk());
  Join("2024-05-01");
  v1::Standing over;
  over.set_probation_until("2024-05-31");
  const store::Revision before = *world_.store->revision();
  ASSERT_THAT(Update(over, world_.As(kProgramme)), IsOk());
  EXPECT_THAT(world_.KindsAfter(before), ElementsAre("standing.probation_ended"));
}

TEST_F(StandingTest, WhoJoinedLongAgoIsNotPutOnProbation) {
  v1::Programme programme;
  programme.set_name(kProgramme);
  programme.set_probation_months(12);
  ASSERT_THAT(UpdateProgramme(programme, "probation_months"), IsOk());
  Award("silver", "2030");
  Join("2015");
  EXPECT_THAT(Standing().probation_until(), IsEmpty());
  EXPECT_FALSE(world_.store->Read().value()->Get<v1::Standing>(StandingOf(member_)).ok())
      << "there is nothing to say of it";
}

TEST_F(StandingTest, WhatIsNotStoredYetIsReadAsItWouldBeAndAnEmptyUpdateStoresNothing) {
  Join("2015");
  Award("gold", "2030");
  const std::string other = world_.NewCluster("Other").name();
  cluster_ = other;
  member_ = "programmes/go-cluster/memberships/other";
  Award("gold", "2030");
  Join("2015");
  EXPECT_EQ(State(), v1::Standing::STATE_GOOD);
  EXPECT_THAT(Standing().etag(), IsEmpty());
  EXPECT_EQ(Standing().required_label(), "ecei:silver");
  const store::Revision before = *world_.store->revision();
  EXPECT_THAT(Update({}, world_.AsOperator()), IsOk());
  EXPECT_EQ(*world_.store->revision(), before);
}

TEST_F(StandingTest, ItGoesOutOfSightWithItsMembershipClusterOrProgrammeAndComesBack) {
  Join("2015");
  const std::string name = StandingOf(member_);
  const auto is_seen = [&] {
    const bool read = world_.Of<Standings>().Get(world_.Read(), name).ok();
    EXPECT_EQ(read, world_.HasFacts(name));
    return read;
  };
  EXPECT_TRUE(is_seen());
  ASSERT_THAT(world_.Of<Memberships>().Delete(world_.AsOperator(), member_, ""), IsOk());
  EXPECT_FALSE(is_seen());
  ASSERT_THAT(world_.Of<Memberships>().Undelete(world_.AsOperator(), member_, ""), IsOk());
  EXPECT_TRUE(is_seen());
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster_, ""), IsOk());
  EXPECT_FALSE(is_seen());
  ASSERT_THAT(world_.Of<Clusters>().Undelete(world_.AsOperator(), cluster_, ""), IsOk());
  EXPECT_TRUE(is_seen());
  ASSERT_THAT(world_.Of<Programmes>().Delete(world_.AsOperator(), kProgramme, ""), IsOk());
  EXPECT_FALSE(is_seen());
  ASSERT_THAT(world_.Of<Programmes>().Undelete(world_.AsOperator(), kProgramme, ""), IsOk());
  EXPECT_TRUE(is_seen());
}

TEST_F(StandingTest, AnEndedMembershipMissesNothingAnyMore) {
  Join("2024-01-01");
  v1::EndMembershipRequest end;
  end.set_name(member_);
  end.set_end("2024-05-31");
  end.set_reason(v1::Standing::END_REASON_MERGED);
  const store::Revision before = *world_.store->revision();
  ASSERT_THAT(world_.Of<Memberships>().End(world_.AsOperator(), end), IsOk());
  EXPECT_THAT(world_.KindsAfter(before),
              ElementsAre("membership.ended", "standing.ended", "facts.refreshed"));
  EXPECT_EQ(world_.FactsOf(StandingOf(member_)).title(),
            "Former member of go-cluster: Hamburg Aviation");
  EXPECT_THAT(KindsUpTo("2026-01-01"), IsEmpty());
}

TEST_F(StandingTest, BeforeAGraceEndsPeopleAreRemindedAsTheProgrammeSaysAndNotOnceTheLabelIsThere) {
  v1::Programme programme;
  programme.set_name(kProgramme);
  programme.add_grace_reminder_days(90);
  programme.add_grace_reminder_days(30);
  programme.add_grace_reminder_days(7);
  ASSERT_THAT(UpdateProgramme(programme, "grace_reminder_days"), IsOk());
  Join("2024-06-01");
  EXPECT_THAT(KindsUpTo("2025-03-01"), IsEmpty());
  const facts::Facts facts = world_.FactsOf(StandingOf(member_));
  EXPECT_THAT(KindsUpTo("2025-03-02"), ElementsAre("standing.grace_ending"));
  EXPECT_EQ(Standing().reminders(0).days_left(), 90);
  EXPECT_EQ(world_.FactsOf(StandingOf(member_)).ShortDebugString(), facts.ShortDebugString());
  EXPECT_EQ(State(), v1::Standing::STATE_GRACE);
  Award("silver", "2030");
  EXPECT_THAT(KindsUpTo("2025-06-01"), IsEmpty());
}

TEST_F(StandingTest, OfAProbationsRemindersOnlyTheNewestIsGivenAfterAnOutage) {
  v1::Programme programme;
  programme.set_name(kProgramme);
  programme.set_probation_months(12);
  ASSERT_THAT(UpdateProgramme(programme, "probation_months"), IsOk());
  Award("gold", "2030");
  Join("2024-06-01");
  // The days of those who are on probation already.
  programme.add_probation_reminder_days(90);
  programme.add_probation_reminder_days(30);
  ASSERT_THAT(UpdateProgramme(programme, "probation_reminder_days"), IsOk());
  Follow();
  EXPECT_THAT(KindsUpTo("2025-05-20"), ElementsAre("standing.probation_ending"));
  EXPECT_EQ(Standing().reminders(0).lead_days(), 30);
  EXPECT_EQ(Standing().reminders(0).days_left(), 11);
  EXPECT_THAT(KindsUpTo("2025-06-01"), ElementsAre("standing.probation_ended"));
}

TEST_F(StandingTest, AMembershipThatBeginsLaterStandsFromItsStartOn) {
  Join("2024-07-01");
  EXPECT_EQ(State(), v1::Standing::STATE_NOT_BEGUN);
  EXPECT_THAT(KindsUpTo("2024-07-01"),
              ElementsAre("membership.started", "standing.grace_started", "facts.refreshed"));
}

}  // namespace
}  // namespace clusterwire::catalogue
