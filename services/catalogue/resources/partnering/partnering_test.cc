// Partner requests from draft to closed, and who is interested in them.
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/telemetry/metrics.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/partnering/interest_rules.h"
#include "services/catalogue/resources/partnering/partner_request_rules.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
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
using v1::Interest;
using v1::PartnerRequest;

class PartneringTest : public ::testing::Test {
 protected:
  PartnerRequest Good() const {
    PartnerRequest request;
    request.set_owner(asker_);
    request.set_title("Hydrogen in ports");
    request.set_kind(PartnerRequest::KIND_PROJECT);
    request.set_sought("A port that tests fuel cells.");
    request.set_offered("Fuel cells.");
    request.add_sectors("esca:health");
    request.add_regions("iso:FR");
    request.add_languages("en");
    request.set_label_level("ecei:silver");
    request.add_programmes("programmes/go-cluster");
    request.set_deadline("2024-06-30");
    return request;
  }
  absl::StatusOr<PartnerRequest> New(const PartnerRequest& request) {
    return requests_.Create(world_.As(asker_), "", request, "");
  }
  std::string Open() {
    const auto created = New(Good());
    EXPECT_THAT(created, IsOk());
    EXPECT_THAT(requests_.Publish(world_.As(asker_), created->name(), ""), IsOk());
    return created->name();
  }
  absl::StatusOr<Interest> Express(const std::string& request, const std::string& note,
                                   const std::string& cluster) {
    v1::ExpressInterestRequest asked;
    asked.set_parent(request);
    asked.set_cluster(cluster);
    asked.set_note(note);
    return interests_.Express(world_.As(cluster), asked);
  }
  absl::StatusOr<Interest> Withdraw(const std::string& name, const std::string& as) {
    v1::WithdrawInterestRequest asked;
    asked.set_name(name);
    return interests_.Withdraw(world_.As(as), asked);
  }
  absl::StatusOr<PartnerRequest> Close(const std::string& name, PartnerRequest::Closing closing) {
    v1::ClosePartnerRequestRequest asked;
    asked.set_name(name);
    asked.set_closing(closing);
    return requests_.Close(world_.As(asker_), asked);
  }
  void GoTo(const std::string& day) {
    world_.SetToday(day);
    TimerRunner timers(*world_.store, TimerSteps(), world_.clock, world_.random, metrics_);
    ASSERT_THAT(timers.CatchUp(), IsOk());
  }

  World world_{"2024-06-01"};
  telemetry::Metrics metrics_;
  PartnerRequests requests_ = world_.Of<PartnerRequests>();
  Interests interests_ = world_.Of<Interests>();
  const std::string asker_ = world_.NewCluster("Hamburg Aviation").name();
  const std::string partner_ = world_.NewCluster("Lyon Air").name();
};

TEST_F(PartneringTest, ARequestSaysByAFilterWhichClustersFit) {
  const PartnerRequest request = world_.Get<PartnerRequest>(Open());
  EXPECT_EQ(request.state(), PartnerRequest::STATE_OPEN);
  const type::v1::Filter& filter = request.filter();
  EXPECT_THAT(filter.types(), ElementsAre("cluster"));
  EXPECT_THAT(filter.sectors(), ElementsAre("esca:health"));
  EXPECT_THAT(filter.regions(), ElementsAre("iso:FR"));
  EXPECT_THAT(filter.label_levels(), ElementsAre("ecei:silver"));
  EXPECT_THAT(filter.none_of(0).names(), ElementsAre(asker_));
  const facts::Facts facts = world_.FactsOf(request.name());
  EXPECT_EQ(facts.title(), "Hydrogen in ports: Hamburg Aviation");
  EXPECT_EQ(facts.deadline(), "2024-06-30");
  EXPECT_THAT(facts.clusters(), ElementsAre(asker_));
}

TEST_F(PartneringTest, ADraftIsTheClustersAlone) {
  const auto draft = New(Good());
  ASSERT_THAT(draft, IsOk());
  EXPECT_THAT(requests_.Get(world_.Read(filter::Viewer::Public()), draft->name()),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Express(draft->name(), "", partner_), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Close(draft->name(), PartnerRequest::CLOSING_FOUND), ReasonIs("ILLEGAL_MOVE"));
}

TEST_F(PartneringTest, AllThatIsWrongWithARequestIsNamedAtOnce) {
  PartnerRequest wrong;
  wrong.add_sectors("esca:nothing");
  wrong.add_regions("nuts:ZZ");
  wrong.set_label_level("ecei:platinum");
  wrong.add_programmes("programmes/none");
  wrong.set_deadline("soon");
  wrong.set_link("nowhere");
  EXPECT_THAT(
      requests_.Create(world_.AsOperator(), "", wrong, "x"),
      AllOf(HasFieldError("partner_request.owner"), HasFieldError("partner_request.title"),
            HasFieldError("partner_request.kind"), HasFieldError("partner_request.sought"),
            HasFieldError("partner_request.sectors[0]"),
            HasFieldError("partner_request.regions[0]"),
            HasFieldError("partner_request.label_level"),
            HasFieldError("partner_request.programmes[0]"),
            HasFieldError("partner_request.deadline"), HasFieldError("partner_request.link")));
}

TEST_F(PartneringTest, AnOpenRequestNamesNoDraftOfAProgramme) {
  v1::Programme draft;
  draft.set_title("Draft");
  draft.set_kind(v1::Programme::KIND_PROGRAMME);
  draft.set_country("DE");
  ASSERT_THAT(world_.Of<Programmes>().Create(world_.AsOperator(), "", draft, "draft"), IsOk());
  PartnerRequest naming = Good();
  naming.add_programmes("programmes/draft");
  ASSERT_THAT(requests_.Create(world_.AsOperator(), "", naming, "naming"), IsOk());
  const auto open = [&] {
    return requests_.Publish(world_.AsOperator(), "partnerRequests/naming", "");
  };
  EXPECT_THAT(open(), HasFieldError("partner_request.state"));
  ASSERT_THAT(world_.Of<Programmes>().Publish(world_.AsOperator(), "programmes/draft", ""), IsOk());
  EXPECT_THAT(open(), IsOk());
}

TEST_F(PartneringTest, ItIsRemindedOfAndClosesByTheClockAtTheEndOfItsDeadline) {
  const std::string name = Open();
  const store::Revision before = *world_.store->revision();
  GoTo("2024-06-17");
  GoTo("2024-06-30");
  EXPECT_EQ(world_.Get<PartnerRequest>(name).state(), PartnerRequest::STATE_OPEN);
  GoTo("2024-07-01");
  const PartnerRequest closed = world_.Get<PartnerRequest>(name);
  EXPECT_EQ(closed.state(), PartnerRequest::STATE_CLOSED);
  EXPECT_EQ(closed.closing(), PartnerRequest::CLOSING_DEADLINE);
  EXPECT_THAT(
      world_.KindsAfter(before),
      ElementsAre("partner_request.closing", "partner_request.closing", "partner_request.closed"));
}

TEST_F(PartneringTest, WhatCameBackAfterItsDeadlineIsClosed) {
  const std::string name = Open();
  ASSERT_THAT(requests_.Delete(world_.As(asker_), name, ""), IsOk());
  GoTo("2024-07-05");
  EXPECT_EQ(requests_.Undelete(world_.As(asker_), name, "")->state(), PartnerRequest::STATE_CLOSED);
}

TEST_F(PartneringTest, WhoseDeadlineIsOverIsNotOpened) {
  const auto draft = New(Good());
  GoTo("2024-07-05");
  EXPECT_THAT(requests_.Publish(world_.As(asker_), draft->name(), ""), ReasonIs("DEADLINE_PASSED"));
  EXPECT_EQ(world_.Get<PartnerRequest>(draft->name()).state(), PartnerRequest::STATE_DRAFT);
}

TEST_F(PartneringTest, ARequestOfAClusterThatHasEndedTakesNoInterest) {
  const std::string name = Open();
  v1::EndClusterRequest end;
  end.set_name(asker_);
  ASSERT_THAT(world_.Of<Clusters>().End(world_.AsOperator(), end), IsOk());
  EXPECT_THAT(Express(name, "", partner_), ReasonIs("CLUSTER_NOT_PUBLISHED"));
}

TEST_F(PartneringTest, AClosedRequestStaysAsItIsAndTakesNoInterest) {
  const std::string name = Open();
  ASSERT_THAT(Close(name, PartnerRequest::CLOSING_FOUND), IsOk());
  EXPECT_EQ(Close(name, PartnerRequest::CLOSING_FOUND)->etag(),
            world_.Get<PartnerRequest>(name).etag());
  EXPECT_THAT(Close(name, PartnerRequest::CLOSING_WITHDRAWN), ReasonIs("ALREADY_CLOSED"));
  EXPECT_THAT(Close(name, PartnerRequest::CLOSING_UNSPECIFIED), HasFieldError("closing"));
  EXPECT_THAT(Express(name, "", partner_), ReasonIs("REQUEST_CLOSED"));
  PartnerRequest change;
  change.set_name(name);
  change.set_title("Other");
  EXPECT_THAT(requests_.Update(world_.As(asker_), change, {}), ReasonIs("REQUEST_CLOSED"));
  EXPECT_THAT(requests_.Publish(world_.As(asker_), name, ""), ReasonIs("ILLEGAL_MOVE"));
}

TEST_F(PartneringTest, AnInterestIsSeenByTheTwoClustersAndItsWordIsInNoImageOfTheLog) {
  const std::string name = Open();
  const store::Revision before = *world_.store->revision();
  const auto interest = Express(name, "We have a port.", partner_);
  ASSERT_THAT(interest, IsOk());
  EXPECT_EQ(interest->name(), name + "/interests/lyon-air");
  EXPECT_EQ(interests_.Get(world_.Read(filter::Viewer::As(asker_)), interest->name())->note(),
            "We have a port.");
  EXPECT_THAT(interests_.Get(world_.Read(filter::Viewer::As(partner_)), interest->name()), IsOk());
  for (const filter::Viewer& other :
       {filter::Viewer::Public(), filter::Viewer::As("clusters/other")}) {
    EXPECT_THAT(interests_.Get(world_.Read(other), interest->name()),
                StatusIs(absl::StatusCode::kNotFound));
  }
  const std::vector<store::Change> changes = world_.ChangesAfter(before);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].kind, "interest.expressed");
  ASSERT_NE(changes[0].after, nullptr);
  EXPECT_EQ(changes[0].after->DebugString().find("port."), std::string::npos);
  EXPECT_EQ(world_.FactsOf(interest->name()).ShortDebugString().find("port."), std::string::npos);
}

TEST_F(PartneringTest, OneInterestOfEachClusterUntilItIsWithdrawn) {
  const std::string name = Open();
  const auto first = Express(name, "We have a port.", partner_);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(Express(name, "We have a port.", partner_)->etag(), first->etag());
  EXPECT_THAT(Express(name, "And ships.", partner_), ReasonIs("ALREADY_INTERESTED"));
  EXPECT_THAT(Withdraw(first->name(), asker_), ReasonIs("NOT_YOURS"));
  const auto withdrawn = Withdraw(first->name(), partner_);
  ASSERT_THAT(withdrawn, IsOk());
  EXPECT_EQ(withdrawn->state(), Interest::STATE_WITHDRAWN);
  EXPECT_EQ(withdrawn->note(), "");
  EXPECT_EQ(Withdraw(first->name(), partner_)->etag(), withdrawn->etag());
  EXPECT_EQ(Express(name, "And ships.", partner_)->state(), Interest::STATE_EXPRESSED);
}

TEST_F(PartneringTest, WhoAsksIsNotInterestedAndNobodySpeaksForAnother) {
  const std::string name = Open();
  EXPECT_THAT(Express(name, "", asker_), HasFieldError("cluster"));
  v1::ExpressInterestRequest asked;
  asked.set_parent(name);
  asked.set_cluster(partner_);
  EXPECT_THAT(interests_.Express(world_.As("clusters/other"), asked), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(interests_.Express(world_.As(name), asked), ReasonIs("NOT_YOURS"))
      << "a right on the request is none to speak for a cluster";
  EXPECT_THAT(Express(name, std::string(1001, 'x'), partner_), HasFieldError("note"));
  EXPECT_THAT(Express("partnerRequests/none", "", partner_), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(world_.Of<Clusters>().Archive(world_.As(partner_), partner_, ""), IsOk());
  EXPECT_THAT(Express(name, "", partner_), ReasonIs("CLUSTER_NOT_PUBLISHED"));
}

}  // namespace
}  // namespace clusterwire::catalogue
