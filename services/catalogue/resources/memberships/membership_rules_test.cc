// Memberships of one cluster beside each other: who may join, again, and how one ends.
#include "services/catalogue/resources/memberships/membership_rules.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/resources/memberships/standing_rules.h"
#include "services/catalogue/testing/world.h"
#include "services/catalogue/timers/timer_runner.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kProgramme[] = "programmes/go-cluster";

class MembershipsTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::Membership> Join(const std::string& start, const std::string& end,
                                      const std::string& id = "") {
    return JoinAs(world_.AsOperator(), start, end, id);
  }
  absl::StatusOr<v1::Membership> JoinAs(const WriteCall& call, const std::string& start,
                                        const std::string& end, const std::string& id = "") {
    v1::Membership membership;
    membership.set_cluster(cluster_);
    membership.mutable_period()->set_start(start);
    membership.mutable_period()->set_end(end);
    return world_.Of<Memberships>().Create(call, kProgramme, membership, id);
  }
  absl::StatusOr<v1::Membership> Update(const std::string& name, const std::string& start,
                                        const std::string& end) {
    v1::Membership membership;
    membership.set_name(name);
    membership.mutable_period()->set_start(start);
    membership.mutable_period()->set_end(end);
    google::protobuf::FieldMask mask;
    mask.add_paths("period");
    return world_.Of<Memberships>().Update(world_.AsOperator(), membership, mask);
  }
  absl::StatusOr<v1::Membership> End(
      const std::string& name, const std::string& end,
      v1::Standing::EndReason reason = v1::Standing::END_REASON_UNSPECIFIED,
      const std::string& words = "") {
    v1::EndMembershipRequest request;
    request.set_name(name);
    request.set_end(end);
    request.set_reason(reason);
    request.set_words(words);
    return world_.Of<Memberships>().End(world_.AsOperator(), request);
  }
  absl::StatusOr<v1::Standing> Standing(const std::string& membership) {
    return world_.Of<Standings>().Get(world_.Read(), StandingOf(membership));
  }
  void GoTo(const std::string& day) {
    world_.SetToday(day);
    TimerRunner timers(*world_.store, TimerSteps(), world_.clock, world_.random, metrics_);
    ASSERT_THAT(timers.CatchUp(), IsOk());
  }

  World world_{"2024-06-01"};
  telemetry::Metrics metrics_;
  std::string cluster_ = world_.NewCluster("Hamburg Aviation").name();
};

TEST_F(MembershipsTest, WhoIsAdmittedAgainAfterAnEndGetsANewMembershipWithANameOfItsOwn) {
  ASSERT_THAT(Join("2012", "2019"), IsOk());
  const auto again = Join("2024-03-01", "");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->name(), "programmes/go-cluster/memberships/hamburg-aviation-2024");
  ASSERT_THAT(End(again->name(), "2024-04-30"), IsOk());
  EXPECT_EQ(Join("2024-05", "")->name(),
            "programmes/go-cluster/memberships/hamburg-aviation-2024-2");
}

TEST_F(MembershipsTest, ASecondMembershipWithoutDatesTakesANumber) {
  ASSERT_THAT(Join("", "2019"), IsOk());
  EXPECT_EQ(Join("", "")->name(), "programmes/go-cluster/memberships/hamburg-aviation-2");
}

TEST_F(MembershipsTest, TwoThatOverlapAreRefusedWithTheNameOfTheOtherAndHowToGoOn) {
  const std::string first = Join("2012-03", "")->name();
  for (const auto& [start, end] : std::vector<std::pair<const char*, const char*>>{
           {"2024-06-01", ""}, {"", ""}, {"2010", "2013"}, {"2025", ""}, {"2013", "2014"}}) {
    const auto refused = Join(start, end);
    EXPECT_THAT(refused, ReasonIs("ALREADY_MEMBER")) << start << " to " << end;
    EXPECT_THAT(std::string(refused.status().message()),
                AllOf(HasSubstr(first), HasSubstr("since 2012-03"), HasSubstr("EndMembership")));
  }
  EXPECT_THAT(Join("2008", "2012-02"), IsOk());
}

TEST_F(MembershipsTest, DatesThatLeaveItOpenWhetherTheyOverlapDoNot) {
  ASSERT_THAT(Join("2012", "2019"), IsOk());
  EXPECT_THAT(Join("2019", "2021-05-13"), IsOk());
  EXPECT_THAT(Join("2021-05-13", "2022"), ReasonIs("ALREADY_MEMBER")) << "the last day is one too";
  EXPECT_THAT(Join("2021-05-14", "2022"), IsOk());
}

TEST_F(MembershipsTest, OneWithoutDatesHoldsTodayAndLeavesRoomBefore) {
  ASSERT_THAT(Join("", ""), IsOk());
  EXPECT_THAT(Join("2010", "2012"), IsOk());
  EXPECT_THAT(Join("2024-06-01", ""), ReasonIs("ALREADY_MEMBER"));
}

TEST_F(MembershipsTest, AnOverlapIsRefusedHoweverItWouldComeAbout) {
  const std::string old = Join("2012", "2019")->name();
  const std::string now = Join("2020", "")->name();
  EXPECT_THAT(Update(old, "2012", "2022"), ReasonIs("ALREADY_MEMBER"));
  EXPECT_THAT(Update(now, "2015", ""), ReasonIs("ALREADY_MEMBER"));
  ASSERT_THAT(world_.Of<Memberships>().Delete(world_.AsOperator(), now, ""), IsOk());
  const std::string newer = Join("2022", "")->name();
  EXPECT_THAT(world_.Of<Memberships>().Undelete(world_.AsOperator(), now, ""),
              ReasonIs("ALREADY_MEMBER"));
  ASSERT_THAT(End(newer, "2022-12-31"), IsOk());
  EXPECT_THAT(world_.Of<Memberships>().Undelete(world_.AsOperator(), now, ""),
              ReasonIs("ALREADY_MEMBER"))
      << "it has no end";
  ASSERT_THAT(world_.Of<Memberships>().Delete(world_.AsOperator(), newer, ""), IsOk());
  EXPECT_THAT(world_.Of<Memberships>().Undelete(world_.AsOperator(), now, ""), IsOk());
}

TEST_F(MembershipsTest, AnEndIsNotBeforeTheStart) {
  const std::string name = Join("2024-02-29", "")->name();
  EXPECT_THAT(End(name, "2024-02-28"), HasFieldError("end"));
  EXPECT_THAT(End(name, "2023-02-29"), HasFieldError("end")) << "there is no such day";
  EXPECT_THAT(Update(name, "2024-02-29", "2024-02-28"), HasFieldError("membership.period.end"));
  EXPECT_THAT(End(name, "2024-02-29"), IsOk());
}

TEST_F(MembershipsTest, AnEndThatLiesAheadIsRecordedAndTheClockEndsTheMembership) {
  const std::string name = Join("2020", "")->name();
  const auto said = End(name, "2024-12-31", v1::Standing::END_REASON_LEFT, "by letter");
  ASSERT_THAT(said, IsOk());
  EXPECT_EQ(said->state(), v1::Membership::STATE_CURRENT);
  EXPECT_EQ(Standing(name)->end_reason(), v1::Standing::END_REASON_LEFT);
  EXPECT_EQ(world_.FactsOf(StandingOf(name)).summary(), "Is to end: the cluster left.");
  const store::Revision before = *world_.store->revision();
  GoTo("2025-01-01");
  EXPECT_THAT(world_.KindsAfter(before),
              ElementsAre("membership.ended", "standing.ended", "facts.refreshed"));
  EXPECT_EQ(world_.FactsOf(StandingOf(name)).summary(), "Ended: the cluster left.");
}

TEST_F(MembershipsTest, WithoutADayTheEndIsToday) {
  const auto ended = End(Join("2020", "")->name(), "");
  ASSERT_THAT(ended, IsOk());
  EXPECT_EQ(ended->period().end(), "2024-06-01");
  EXPECT_EQ(ended->state(), v1::Membership::STATE_CURRENT) << "until its last day is over";
}

TEST_F(MembershipsTest, TheSameEndAgainChangesNothingAndAnotherOneIsRefused) {
  const std::string name = Join("2020", "")->name();
  const auto ended = End(name, "2024-05-31", v1::Standing::END_REASON_EXCLUDED, "no fee paid");
  EXPECT_EQ(ended->state(), v1::Membership::STATE_ENDED);
  const auto again = End(name, "2024-05-31", v1::Standing::END_REASON_EXCLUDED, "no fee paid");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->etag(), ended->etag());
  EXPECT_THAT(End(name, "2024-05-30", v1::Standing::END_REASON_EXCLUDED, "no fee paid"),
              ReasonIs("ALREADY_ENDED"));
  EXPECT_THAT(End(name, "2024-05-31", v1::Standing::END_REASON_LEFT), ReasonIs("ALREADY_ENDED"));
  EXPECT_THAT(End(Join("2024-06-01", "")->name(), "2024-06-02", {}, std::string(501, 'x')),
              HasFieldError("words"));
}

TEST_F(MembershipsTest, AnEndedOneIsNotOpenedAgainAndTheErrorSaysWhatToDo) {
  const std::string name = Join("2012", "2019")->name();
  const auto refused = Update(name, "2012", "");
  EXPECT_THAT(refused, ReasonIs("MEMBERSHIP_ENDED"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("CreateMembership"));
  EXPECT_THAT(Update(name, "2012", "2030"), ReasonIs("MEMBERSHIP_ENDED"));
  EXPECT_THAT(Update(name, "2012", "2018"), IsOk()) << "a correction";
}

TEST_F(MembershipsTest, TheReasonOfAnEndIsNotForThePublic) {
  const std::string name = Join("2020", "")->name();
  ASSERT_THAT(End(name, "2024-05-31", v1::Standing::END_REASON_EXCLUDED, "marked words"), IsOk());
  const auto get = [&](filter::Viewer viewer) {
    return world_.Of<Standings>().Get(world_.Read(std::move(viewer)), StandingOf(name));
  };
  EXPECT_THAT(get(filter::Viewer::Public()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(get(filter::Viewer::As("clusters/other")), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(get(filter::Viewer::As(kProgramme))->end_words(), "marked words");
  EXPECT_EQ(get(filter::Viewer::As(cluster_))->end_words(), "marked words");
  const auto facts = world_.FactsOf(StandingOf(name));
  EXPECT_THAT(facts.audience().members(), ElementsAre(cluster_, kProgramme));
  EXPECT_THAT(facts.ShortDebugString(), Not(HasSubstr("marked words")));
  EXPECT_THAT(world_.FactsOf(name).ShortDebugString(), Not(HasSubstr("xclu")));
}

TEST_F(MembershipsTest, AnOfficeLearnsNothingOfNamesThatDraftsHaveTaken) {
  v1::Cluster draft = world_.GoodCluster("Draft");
  draft.set_state(v1::Cluster::STATE_DRAFT);
  v1::Membership hidden;
  hidden.set_cluster(world_.Of<Clusters>().Create(world_.AsOperator(), "", draft, "")->name());
  ASSERT_THAT(
      world_.Of<Memberships>().Create(world_.AsOperator(), kProgramme, hidden, "hamburg-aviation"),
      IsOk());
  const auto made = JoinAs(world_.As(kProgramme), "", "");
  ASSERT_THAT(made, IsOk());
  EXPECT_NE(made->name(), "programmes/go-cluster/memberships/hamburg-aviation-2");
}

TEST_F(MembershipsTest, AMemberOnADayIsOneByThePeriodAsFarAsThatIsKnown) {
  ASSERT_THAT(Join("2012", "2019-05-13"), IsOk());
  const auto reader = *world_.store->Read();
  const auto is_member = [&](absl::CivilDay day) {
    return *IsMemberOn(*reader, kProgramme, cluster_, day);
  };
  EXPECT_FALSE(is_member(absl::CivilDay(2011, 12, 31)));
  EXPECT_TRUE(is_member(absl::CivilDay(2012, 1, 1)));
  EXPECT_TRUE(is_member(absl::CivilDay(2019, 5, 13)));
  EXPECT_FALSE(is_member(absl::CivilDay(2019, 5, 14)));
}

TEST_F(MembershipsTest, SomebodyElsesWriteAdmitsUnderTheSameRules) {
  const auto admit = [&] {
    return world_.store
        ->Write({},
                [&](store::Writer& writer) -> absl::Status {
                  const filter::Viewer viewer = filter::Viewer::As(kProgramme);
                  ASSIGN_OR_RETURN(const auto book, CodeBook::Of(writer));
                  const Context context{{writer, writer.now(), viewer}, *book};
                  v1::Membership membership;
                  membership.set_cluster(cluster_);
                  membership.mutable_period()->set_start("2024-06-01");
                  RETURN_IF_ERROR(CheckMayJoin(context, kProgramme, cluster_, membership.period()));
                  return Admit(writer, context, kProgramme, membership).status();
                })
        .status();
  };
  EXPECT_THAT(admit(), IsOk());
  EXPECT_EQ(
      world_.Get<v1::Membership>("programmes/go-cluster/memberships/hamburg-aviation").state(),
      v1::Membership::STATE_CURRENT);
  EXPECT_THAT(admit(), ReasonIs("ALREADY_MEMBER"));
}

}  // namespace
}  // namespace clusterwire::catalogue
