// Organisations, and which clusters they are members of, since when and until when.
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/telemetry/metrics.h"
#include "services/catalogue/resources/organisations/member_rules.h"
#include "services/catalogue/resources/organisations/organisation_count.h"
#include "services/catalogue/resources/organisations/organisation_rules.h"
#include "services/catalogue/search/applier.h"
#include "services/catalogue/testing/world.h"
#include "services/catalogue/timers/timer_runner.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using v1::Member;
using v1::Organisation;

class OrganisationsTest : public ::testing::Test {
 protected:
  Organisation Good(const std::string& title = "Airbus Hamburg") const {
    Organisation organisation;
    organisation.set_title(title);
    organisation.set_kind(Organisation::KIND_LARGE_COMPANY);
    organisation.set_country("DE");
    organisation.set_state(Organisation::STATE_PUBLISHED);
    return organisation;
  }
  absl::StatusOr<Member> Join(const std::string& cluster, const std::string& start = "",
                              const std::string& end = "") {
    Member member;
    member.set_organisation(airbus_);
    member.mutable_period()->set_start(start);
    member.mutable_period()->set_end(end);
    return world_.Of<Members>().Create(world_.As(cluster), cluster, member, "");
  }
  absl::StatusOr<v1::CountOrganisationsResponse> Count(
      const v1::CountOrganisationsRequest& request) {
    search::Index index;
    const auto applier =
        StartApplier(*world_.store, index, Clock::System(), world_.random, metrics_);
    EXPECT_THAT(applier, IsOk());
    return CountOrganisations(world_.Read(filter::Viewer::Public()), *world_.store,
                              *index.Current(), request);
  }
  void GoTo(const std::string& day) {
    world_.SetToday(day);
    TimerRunner timers(*world_.store, TimerSteps(), world_.clock, world_.random, metrics_);
    ASSERT_THAT(timers.CatchUp(), IsOk());
  }

  World world_{"2024-06-01"};
  telemetry::Metrics metrics_;
  const std::string hamburg_ = world_.NewCluster("Hamburg Aviation").name();
  const std::string saxony_ = world_.NewCluster("Silicon Saxony").name();
  const std::string airbus_ =
      world_.Of<Organisations>().Create(world_.AsOperator(), "", Good(), "")->name();
};

TEST_F(OrganisationsTest, AMemberOfSeveralClustersIsOneOrganisationThatKnowsThem) {
  const auto member = Join(hamburg_, "2015");
  ASSERT_THAT(member, IsOk());
  EXPECT_EQ(member->name(), "clusters/hamburg-aviation/members/airbus-hamburg");
  EXPECT_EQ(member->state(), Member::STATE_CURRENT);
  ASSERT_THAT(Join(saxony_), IsOk());
  EXPECT_THAT(world_.FactsOf(airbus_).clusters(), ElementsAre(hamburg_, saxony_));
  const facts::Facts facts = world_.FactsOf(member->name());
  EXPECT_EQ(facts.title(), "Member: Hamburg Aviation: Airbus Hamburg");
  EXPECT_EQ(facts.kind(), "large_company");
  EXPECT_THAT(facts.organisations(), ElementsAre(airbus_));
  EXPECT_THAT(facts.clusters(), ElementsAre(hamburg_));
}

TEST_F(OrganisationsTest, AMemberBeginsAndEndsByTheClock) {
  ASSERT_THAT(Join(hamburg_, "2024-07-01", "2024-08-31"), IsOk());
  const std::string name = "clusters/hamburg-aviation/members/airbus-hamburg";
  EXPECT_EQ(world_.Get<Member>(name).state(), Member::STATE_UPCOMING);
  EXPECT_THAT(world_.FactsOf(airbus_).clusters(), IsEmpty());
  const store::Revision before = *world_.store->revision();
  GoTo("2024-07-02");
  EXPECT_THAT(world_.FactsOf(airbus_).clusters(), ElementsAre(hamburg_));
  EXPECT_THAT(world_.KindsAfter(before), Contains("member.started"));
  GoTo("2024-09-02");
  EXPECT_EQ(world_.Get<Member>(name).state(), Member::STATE_ENDED);
  EXPECT_THAT(world_.FactsOf(airbus_).clusters(), IsEmpty());
  EXPECT_THAT(world_.KindsAfter(before), Contains("member.ended"));
}

TEST_F(OrganisationsTest, WhoIsAMemberAlreadyIsNotOneTwiceAndMayComeBackLater) {
  ASSERT_THAT(Join(hamburg_, "2015", "2019"), IsOk());
  EXPECT_THAT(Join(hamburg_, "2018"), ReasonIs("ALREADY_MEMBER"));
  const auto again = Join(hamburg_, "2022");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->name(), "clusters/hamburg-aviation/members/airbus-hamburg-2");
  Member change = *again;
  change.mutable_period()->set_start("2016");
  EXPECT_THAT(world_.Of<Members>().Update(world_.As(hamburg_), change, {}),
              ReasonIs("ALREADY_MEMBER"));
  EXPECT_EQ(world_.Get<Member>(again->name()).period().start(), "2022");
}

TEST_F(OrganisationsTest, WhatIsWrongWithAMemberIsNamedAtOnce) {
  Member wrong;
  wrong.set_organisation("organisations/none");
  wrong.mutable_period()->set_start("2020");
  wrong.mutable_period()->set_end("2019");
  EXPECT_THAT(world_.Of<Members>().Create(world_.AsOperator(), hamburg_, wrong, ""),
              AllOf(HasFieldError("member.organisation"), HasFieldError("member.period.end")));
  EXPECT_THAT(world_.Of<Members>().Create(world_.As(saxony_), hamburg_, wrong, ""),
              ReasonIs("NOT_YOURS"));
  Member none;
  EXPECT_THAT(world_.Of<Members>().Create(world_.AsOperator(), hamburg_, none, ""),
              HasFieldError("member.organisation"));
}

TEST_F(OrganisationsTest, AFirmInThreeClustersIsOneFirmInTheSums) {
  const std::string third = world_.NewCluster("Third").name();
  for (const std::string& cluster : {hamburg_, saxony_, third}) {
    ASSERT_THAT(Join(cluster), IsOk());
  }
  Organisation small = Good("Small Works");
  small.set_kind(Organisation::KIND_SME);
  Member member;
  member.set_organisation(
      world_.Of<Organisations>().Create(world_.AsOperator(), "", small, "")->name());
  ASSERT_THAT(world_.Of<Members>().Create(world_.AsOperator(), hamburg_, member, ""), IsOk());
  Member left;
  left.set_organisation(
      world_.Of<Organisations>().Create(world_.AsOperator(), "", Good("Gone"), "")->name());
  left.mutable_period()->set_end("2020");
  ASSERT_THAT(world_.Of<Members>().Create(world_.AsOperator(), hamburg_, left, ""), IsOk());

  v1::CountOrganisationsRequest request;
  const auto all = Count(request);
  ASSERT_THAT(all, IsOk());
  EXPECT_EQ(all->organisations(), 2);
  EXPECT_EQ(all->memberships(), 4);
  ASSERT_EQ(all->kinds_size(), 2);
  EXPECT_EQ(all->kinds(0).count(), 1);
  request.mutable_filter()->add_names(saxony_);
  EXPECT_EQ(Count(request)->organisations(), 1);
  EXPECT_EQ(Count(request)->kinds(0).kind(), Organisation::KIND_LARGE_COMPANY);
  request.mutable_filter()->add_types("organisation");
  EXPECT_THAT(Count(request), HasFieldError("filter.types"));
}

TEST_F(OrganisationsTest, ADeletedOrganisationIsCountedNoMore) {
  ASSERT_THAT(Join(hamburg_), IsOk());
  ASSERT_THAT(Join(saxony_), IsOk());
  ASSERT_THAT(world_.Of<Organisations>().Delete(world_.AsOperator(), airbus_, ""), IsOk());
  const auto counted = Count({});
  ASSERT_THAT(counted, IsOk());
  EXPECT_EQ(counted->organisations(), 0);
  EXPECT_EQ(counted->memberships(), 0);
}

TEST_F(OrganisationsTest, AMemberIsInvisibleWhileItsOrganisationIsADraft) {
  Organisation draft = Good("Hidden Works");
  draft.clear_state();
  draft.set_owner(hamburg_);
  const auto created = world_.Of<Organisations>().Create(world_.As(hamburg_), "", draft, "");
  ASSERT_THAT(created, IsOk());
  Member member;
  member.set_organisation(created->name());
  const auto joined = world_.Of<Members>().Create(world_.As(hamburg_), hamburg_, member, "");
  ASSERT_THAT(joined, IsOk());
  EXPECT_THAT(world_.Of<Members>().Get(world_.Read(filter::Viewer::Public()), joined->name()),
              StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(world_.Of<Organisations>().Publish(world_.As(hamburg_), created->name(), ""), IsOk());
  EXPECT_THAT(world_.Of<Members>().Get(world_.Read(filter::Viewer::Public()), joined->name()),
              IsOk());
}

}  // namespace
}  // namespace clusterwire::catalogue
