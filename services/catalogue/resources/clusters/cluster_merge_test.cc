// Two entries of one organisation become one.
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/facts/facts.h"
#include "services/catalogue/resources/admissions/admission_rules.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/resources/memberships/standing_rules.h"
#include "services/catalogue/resources/organisations/member_rules.h"
#include "services/catalogue/resources/organisations/organisation_rules.h"
#include "services/catalogue/resources/partnering/interest_rules.h"
#include "services/catalogue/resources/partnering/partner_request_rules.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
#include "services/catalogue/resources/publications/publication_rules.h"
#include "services/catalogue/resources/registrations/registration_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using v1::Cluster;

constexpr char kProgramme[] = "programmes/go-cluster";
constexpr char kOld[] = "clusters/old";
constexpr char kNew[] = "clusters/new";

class ClusterMergeTest : public ::testing::Test {
 protected:
  ClusterMergeTest() {
    Cluster old = world_.GoodCluster("Hamburg Aviation e.V.");
    old.set_strategy("To fly.");
    old.add_former_titles("Luftfahrt Hamburg");
    EXPECT_THAT(clusters_.Create(call_, "", old, "old"), IsOk());
    EXPECT_THAT(clusters_.Create(call_, "", world_.GoodCluster("Hamburg Aviation"), "new"), IsOk());
  }
  absl::StatusOr<Cluster> Merge(const std::string& name = kOld, const std::string& into = kNew,
                                bool validate_only = false) {
    v1::MergeClustersRequest request;
    request.set_name(name);
    request.set_into(into);
    WriteCall call = call_;
    call.store.validate_only = validate_only;
    return clusters_.Merge(call, request);
  }
  std::string Award(const std::string& cluster, const std::string& until) {
    v1::Label label;
    label.set_scheme("labelSchemes/ecei");
    label.set_level("silver");
    label.set_valid_until(until);
    const auto made = world_.Of<Labels>().Award(call_, cluster, label, "silver");
    EXPECT_THAT(made, IsOk());
    return made->name();
  }
  std::string Join(const std::string& cluster, const std::string& start, const std::string& end,
                   const std::string& id) {
    v1::Membership membership;
    membership.set_cluster(cluster);
    membership.mutable_period()->set_start(start);
    membership.mutable_period()->set_end(end);
    const auto made = world_.Of<Memberships>().Create(call_, kProgramme, membership, id);
    EXPECT_THAT(made, IsOk());
    return made->name();
  }
  void Change(const v1::Programme& programme) {
    EXPECT_THAT(world_.Of<Programmes>().Update(call_, programme, {}), IsOk());
  }
  void ListDrafts() {
    v1::Programme programme;
    programme.set_title("ECCP");
    programme.set_kind(v1::Programme::KIND_PLATFORM);
    programme.set_country("EU");
    programme.set_state(v1::Programme::STATE_PUBLISHED);
    programme.mutable_admission()->set_takes_applications(true);
    programme.mutable_admission()->set_lists_drafts(true);
    EXPECT_THAT(world_.Of<Programmes>().Create(call_, "", programme, "eccp"), IsOk());
  }
  void RequireSilver() {
    v1::Programme programme;
    programme.set_name(kProgramme);
    programme.add_levels("full");
    programme.mutable_duty()->set_scheme("labelSchemes/ecei");
    programme.mutable_duty()->set_level("silver");
    programme.mutable_duty()->set_since("2016");
    Change(programme);
  }
  // Nothing of that name is there, or it is deleted.
  bool IsGone(const std::string& name) {
    const auto facts = facts::Get(*world_.store->Read().value(), name);
    return !facts.ok() || !facts->has_value();
  }

  World world_{"2024-06-01"};
  const WriteCall call_ = world_.AsOperator();
  Clusters clusters_ = world_.Of<Clusters>();
};

TEST_F(ClusterMergeTest, TheEntryThatStaysKnowsTheOthersNamesAndWhatItLackedItself) {
  const store::Revision before = *world_.store->revision();
  const auto merged = Merge();
  ASSERT_THAT(merged, IsOk());
  EXPECT_EQ(merged->name(), kNew);
  EXPECT_EQ(merged->strategy(), "To fly.");
  EXPECT_EQ(merged->title(), "Hamburg Aviation");
  EXPECT_THAT(merged->former_titles(), ElementsAre("Luftfahrt Hamburg"))
      << "the old title is the same name";
  EXPECT_THAT(merged->merged_names(), ElementsAre(kOld));
  EXPECT_THAT(world_.FactsOf(kNew).clusters(), ElementsAre(kNew, kOld));
  EXPECT_TRUE(IsGone(kOld));
  for (const store::Change& change : world_.ChangesAfter(before)) {
    EXPECT_TRUE(change.quiet) << change.name;
    EXPECT_EQ(change.kind, "cluster.merged");
  }
}

TEST_F(ClusterMergeTest, TheOldNameLeadsToTheNewOneForReadsAndWritesAndIsNotDeletedByMistake) {
  ASSERT_THAT(Merge(), IsOk());
  EXPECT_EQ(clusters_.Get(world_.Read(filter::Viewer::Public()), kOld)->name(), kNew);
  Cluster change;
  change.set_name(kOld);
  change.set_summary("By its old name.");
  const auto updated = clusters_.Update(call_, change, {});
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->name(), kNew);
  EXPECT_THAT(clusters_.Delete(call_, kOld, ""), ReasonIs("MOVED"));
  EXPECT_THAT(clusters_.Undelete(call_, kOld, ""), ReasonIs("MOVED"));
  EXPECT_THAT(clusters_.Create(call_, "", world_.GoodCluster("Other"), "old"),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_F(ClusterMergeTest, WhoNamesTheOldEntryIsToldTheNewNameOrReadsOfThat) {
  const std::string label = Award(kOld, "2025");
  ASSERT_THAT(Merge(), IsOk());
  v1::Membership membership;
  membership.set_cluster(kOld);
  const auto refused = world_.Of<Memberships>().Create(call_, kProgramme, membership, "");
  EXPECT_THAT(refused, HasFieldError("membership.cluster"));
  EXPECT_THAT(refused.status().message(), HasSubstr("'clusters/old' is clusters/new now"));
  v1::Label gold;
  gold.set_scheme("labelSchemes/ecei");
  gold.set_level("gold");
  EXPECT_THAT(world_.Of<Labels>().Award(call_, kOld, gold, "gold"), ReasonIs("MOVED"));
  const auto listed = world_.Of<Labels>().List(world_.Read(), {.parent = kOld, .limit = 5});
  ASSERT_THAT(listed, IsOk());
  EXPECT_EQ(listed->resources.size(), 1);
  const auto checked = world_.Of<Programmes>().CheckEligibility(world_.Read(), kOld, kProgramme);
  ASSERT_THAT(checked, IsOk());
  EXPECT_THAT(checked->summary(), HasSubstr("Hamburg Aviation and "));
}

TEST_F(ClusterMergeTest, TheOfficeThatADraftAppliedToSeesTheDraftThatItBecame) {
  Cluster draft = world_.GoodCluster("Nordlicht");
  draft.set_state(Cluster::STATE_DRAFT);
  ASSERT_THAT(clusters_.Create(call_, "", draft, "twin"), IsOk());
  draft.set_title("Nordlicht e.V.");
  ASSERT_THAT(clusters_.Create(call_, "", draft, "first"), IsOk());
  ListDrafts();
  v1::SubmitApplicationRequest apply;
  apply.set_parent("programmes/eccp");
  apply.set_cluster("clusters/first");
  const auto admission = world_.Of<Admissions>().Submit(call_, apply);
  ASSERT_THAT(admission, IsOk());
  ASSERT_THAT(Merge("clusters/first", "clusters/twin"), IsOk());
  // Who doesn't see what a name leads to isn't told that it leads there.
  const ReadCall stranger = world_.Read(filter::Viewer::Public());
  EXPECT_THAT(world_.Of<Labels>().List(stranger, {.parent = "clusters/first", .limit = 5}).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("clusters/first")));
  EXPECT_THAT(world_.Of<Programmes>()
                  .CheckEligibility(stranger, "clusters/first", "programmes/eccp")
                  .status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("clusters/first")));
  const WriteCall office = world_.As("programmes/eccp");
  EXPECT_THAT(clusters_.Get(world_.Read(office.viewer), "clusters/twin"), IsOk());
  v1::CloseAdmissionRequest close;
  close.set_name(admission->name());
  ASSERT_THAT(world_.Of<Admissions>().Close(office, close), IsOk());
  EXPECT_THAT(clusters_.Get(world_.Read(office.viewer), "clusters/twin"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ClusterMergeTest, WhatTheOfficeSaidOfTheMembershipThatGoesIsSaidOfTheOneThatStays) {
  RequireSilver();
  const std::string gone = Join(kOld, "2023", "", "gone");
  const std::string kept = Join(kNew, "2022", "", "kept");
  v1::Membership level;
  level.set_name(gone);
  level.set_level("full");
  ASSERT_THAT(world_.Of<Memberships>().Update(call_, level, {}), IsOk());
  v1::Standing standing;
  standing.set_name(StandingOf(gone));
  standing.set_extended_until("2030");
  ASSERT_THAT(world_.Of<Standings>().Update(call_, standing, {}), IsOk());
  ASSERT_THAT(Merge(), IsOk());
  EXPECT_EQ(world_.Get<v1::Membership>(kept).level(), "full");
  EXPECT_EQ(world_.Of<Standings>().Get(world_.Read(), StandingOf(kept))->grace_until(),
            "2030-12-31");
}

TEST_F(ClusterMergeTest, LabelsAndMembersMoveAndTheirOldNamesLeadThere) {
  const std::string label = Award(kOld, "2025");
  Award(kNew, "2026");
  v1::Organisation organisation;
  organisation.set_title("Airbus");
  organisation.set_kind(v1::Organisation::KIND_LARGE_COMPANY);
  organisation.set_country("DE");
  organisation.set_owner(kOld);
  organisation.set_state(v1::Organisation::STATE_PUBLISHED);
  ASSERT_THAT(world_.Of<Organisations>().Create(call_, "", organisation, "airbus"), IsOk());
  v1::Member member;
  member.set_organisation("organisations/airbus");
  member.mutable_period()->set_start("2015");
  ASSERT_THAT(world_.Of<Members>().Create(call_, kOld, member, ""), IsOk());
  member.mutable_period()->set_start("2019");
  ASSERT_THAT(world_.Of<Members>().Create(call_, kNew, member, ""), IsOk());

  ASSERT_THAT(Merge(), IsOk());
  EXPECT_EQ(world_.Of<Labels>().Get(world_.Read(), label)->name(), "clusters/new/labels/silver-2");
  EXPECT_EQ(world_.Get<v1::Label>("clusters/new/labels/silver-2").valid_until(), "2025");
  EXPECT_THAT(world_.FactsOf(kNew).label_levels(), Contains("ecei:silver"));
  const v1::Member united = world_.Get<v1::Member>("clusters/new/members/airbus");
  EXPECT_EQ(united.period().start(), "2015") << "one that spans both";
  EXPECT_EQ(world_.Of<Members>().Get(world_.Read(), "clusters/old/members/airbus")->name(),
            united.name());
  EXPECT_EQ(world_.Get<v1::Organisation>("organisations/airbus").owner(), kNew);
  EXPECT_THAT(world_.FactsOf("organisations/airbus").clusters(), ElementsAre(kNew));
}

TEST_F(ClusterMergeTest, TheSameAwardRecordedTwiceIsOneLabel) {
  const std::string label = Award(kOld, "2025");
  Award(kNew, "2025");
  ASSERT_THAT(Merge(), IsOk());
  EXPECT_EQ(world_.Of<Labels>().Get(world_.Read(), label)->name(), "clusters/new/labels/silver");
  EXPECT_TRUE(IsGone("clusters/new/labels/silver-2"));
}

TEST_F(ClusterMergeTest, MembershipsThatOverlapUniteAndOthersMove) {
  const std::string early = Join(kOld, "2012", "2014", "early");
  Join(kOld, "2016", "2020", "middle");
  const std::string kept = Join(kNew, "2018", "", "kept");
  const auto merged = Merge();
  ASSERT_THAT(merged, IsOk());
  const auto membership = world_.Get<v1::Membership>(kept);
  EXPECT_EQ(membership.period().start(), "2016");
  EXPECT_EQ(membership.period().end(), "");
  EXPECT_EQ(membership.state(), v1::Membership::STATE_CURRENT);
  EXPECT_TRUE(IsGone(absl::StrCat(kProgramme, "/memberships/middle")));
  EXPECT_EQ(world_.Get<v1::Membership>(early).cluster(), kNew);
  EXPECT_THAT(world_.FactsOf(kNew).programmes(), ElementsAre(kProgramme));
  EXPECT_THAT(merged->notes(), Contains(HasSubstr("memberships/middle became a part of")));
}

TEST_F(ClusterMergeTest, OneThatJoinsTwoOfTheOtherMakesOneOfAllThree) {
  const std::string bridge = Join(kOld, "2013", "2019", "bridge");
  Join(kNew, "2010", "2014", "first");
  Join(kNew, "2018", "", "second");
  ASSERT_THAT(Merge(), IsOk());
  const auto memberships = *MembershipsOf(*world_.store->Read().value(), kProgramme, kNew);
  ASSERT_EQ(memberships.size(), 1U);
  EXPECT_EQ(memberships[0].period().start(), "2010");
  EXPECT_EQ(memberships[0].period().end(), "");
}

TEST_F(ClusterMergeTest, EventsPublicationsRequestsAndInterestsNameTheEntryThatStays) {
  v1::CalendarEvent event;
  event.set_title("Talk");
  event.set_kind(v1::CalendarEvent::KIND_MEETING);
  event.mutable_period()->set_start("2024-09-01");
  event.set_owner(kOld);
  ASSERT_THAT(world_.Of<Events>().Create(call_, "", event, "talk"), IsOk());
  v1::Publication publication;
  publication.set_title("Report");
  publication.set_kind(v1::Publication::KIND_REPORT);
  publication.set_owner(kOld);
  publication.add_clusters(kNew);
  publication.add_clusters(kOld);
  ASSERT_THAT(world_.Of<Publications>().Create(call_, "", publication, "report"), IsOk());
  v1::PartnerRequest request;
  request.set_owner(kOld);
  request.set_title("Request");
  request.set_kind(v1::PartnerRequest::KIND_PROJECT);
  request.set_sought("Somebody.");
  request.set_state(v1::PartnerRequest::STATE_OPEN);
  ASSERT_THAT(world_.Of<PartnerRequests>().Create(call_, "", request, "request"), IsOk());
  world_.NewCluster("Third");
  v1::ExpressInterestRequest interest;
  interest.set_parent("partnerRequests/request");
  interest.set_cluster("clusters/third");
  ASSERT_THAT(world_.Of<Interests>().Express(call_, interest), IsOk());
  request.set_owner("clusters/third");
  ASSERT_THAT(world_.Of<PartnerRequests>().Create(call_, "", request, "other"), IsOk());
  interest.set_parent("partnerRequests/other");
  interest.set_cluster(kOld);
  interest.set_note("A word.");
  ASSERT_THAT(world_.Of<Interests>().Express(call_, interest), IsOk());

  ASSERT_THAT(Merge(), IsOk());
  EXPECT_EQ(world_.Get<v1::CalendarEvent>("events/talk").owner(), kNew);
  EXPECT_THAT(world_.Get<v1::Publication>("publications/report").clusters(), ElementsAre(kNew));
  const auto moved = world_.Get<v1::PartnerRequest>("partnerRequests/request");
  EXPECT_EQ(moved.owner(), kNew);
  EXPECT_THAT(moved.filter().none_of(0).names(), ElementsAre(kNew));
  EXPECT_EQ(world_.Get<v1::Interest>("partnerRequests/request/interests/third").asker(), kNew);
  const auto own = world_.Get<v1::Interest>("partnerRequests/other/interests/new");
  EXPECT_EQ(own.cluster(), kNew);
  EXPECT_EQ(own.note(), "A word.");
}

TEST_F(ClusterMergeTest, InterestOfTheTwoInEachOthersRequestsIsGone) {
  v1::PartnerRequest request;
  request.set_title("Request");
  request.set_kind(v1::PartnerRequest::KIND_PROJECT);
  request.set_sought("Somebody.");
  request.set_state(v1::PartnerRequest::STATE_OPEN);
  for (const auto& [asker, other] : {std::pair(kOld, kNew), std::pair(kNew, kOld)}) {
    request.set_owner(asker);
    const auto made = world_.Of<PartnerRequests>().Create(
        call_, "", request, absl::StrCat("of-", std::string(asker).substr(9)));
    ASSERT_THAT(made, IsOk());
    v1::ExpressInterestRequest interest;
    interest.set_parent(made->name());
    interest.set_cluster(other);
    ASSERT_THAT(world_.Of<Interests>().Express(call_, interest), IsOk());
  }
  ASSERT_THAT(Merge(), IsOk());
  const auto left = world_.store->Read().value()->Scan({.type = "interest"});
  ASSERT_THAT(left, IsOk());
  EXPECT_THAT(*left, IsEmpty());
}

TEST_F(ClusterMergeTest, AnEndedClustersSuccessorIsTheEntryThatStays) {
  for (const char* title : {"Third", "Fourth"}) world_.NewCluster(title);
  const auto end = [&](const std::string& cluster, const std::string& successor) {
    v1::EndClusterRequest request;
    request.set_name(cluster);
    request.set_successor(successor);
    return clusters_.End(call_, request);
  };
  ASSERT_THAT(end("clusters/third", kOld), IsOk());
  ASSERT_THAT(end(kNew, kOld), IsOk());
  ASSERT_THAT(Merge(), IsOk());
  EXPECT_EQ(world_.Get<Cluster>("clusters/third").successor(), kNew);
  EXPECT_EQ(world_.Get<Cluster>(kNew).successor(), "") << "not its own";
}

class MergedRegistrationsTest : public ClusterMergeTest {
 protected:
  MergedRegistrationsTest() {
    v1::CalendarEvent event;
    event.set_title("Talk");
    event.set_kind(v1::CalendarEvent::KIND_MEETING);
    event.set_state(v1::CalendarEvent::STATE_PUBLISHED);
    event.mutable_period()->set_start("2024-09-01");
    event.mutable_registration()->set_capacity(10);
    EXPECT_THAT(world_.Of<Events>().Create(call_, "", event, "talk"), IsOk());
  }
  Registrations::Made Register(const std::string& cluster) {
    v1::CreateRegistrationRequest request;
    request.set_parent("events/talk");
    request.set_cluster(cluster);
    return registrations_.Register(call_, request);
  }
  absl::Status Cancel(const std::string& name) {
    v1::CancelRegistrationRequest request;
    request.set_name(name);
    return registrations_.Cancel(call_, request).status();
  }

  Registrations registrations_ = world_.Of<Registrations>();
};

TEST_F(MergedRegistrationsTest, WhatOneHasRegisteredForTheOtherDoesNotRegisterForAgain) {
  const auto made = Register(kOld);
  ASSERT_THAT(made, IsOk());
  ASSERT_THAT(Merge(), IsOk());
  EXPECT_THAT(Register(kNew), ReasonIs("ALREADY_REGISTERED"));
  ASSERT_THAT(Cancel(made->name()), IsOk());
  EXPECT_THAT(Register(kNew), IsOk());
}

TEST_F(MergedRegistrationsTest,
       BothStayWhereBothHaveRegisteredAndTheSameRegistersWhenBothAreCancelled) {
  const auto old = Register(kOld), own = Register(kNew);
  ASSERT_THAT(old, IsOk());
  ASSERT_THAT(own, IsOk());
  const auto merged = Merge();
  ASSERT_THAT(merged, IsOk());
  EXPECT_THAT(merged->notes(), Contains(AllOf(HasSubstr(old->name()), HasSubstr(own->name()))));
  ASSERT_THAT(Cancel(own->name()), IsOk());
  EXPECT_THAT(Register(kNew), ReasonIs("ALREADY_REGISTERED"));
  ASSERT_THAT(Cancel(old->name()), IsOk());
  EXPECT_THAT(Register(kNew), IsOk());
}

TEST_F(ClusterMergeTest, ADryRunAnswersAndMovesNothing) {
  Award(kOld, "2025");
  const store::Revision before = *world_.store->revision();
  const auto merged = Merge(kOld, kNew, /*validate_only=*/true);
  ASSERT_THAT(merged, IsOk());
  EXPECT_THAT(merged->merged_names(), ElementsAre(kOld));
  EXPECT_EQ(*world_.store->revision(), before);
  EXPECT_FALSE(IsGone(kOld));
}

TEST_F(ClusterMergeTest, IntoItselfOrOfAMergedOneIsRefusedAndNothingIsHalfDone) {
  world_.NewCluster("Third");
  EXPECT_THAT(Merge(kOld, kOld), ReasonIs("SAME_CLUSTER"));
  EXPECT_THAT(Merge("clusters/none", kNew), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Merge(kOld, "clusters/none"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Merge("old", "new"), AllOf(HasFieldError("name"), HasFieldError("into")));
  ASSERT_THAT(Merge(), IsOk());
  const store::Revision before = *world_.store->revision();
  EXPECT_THAT(Merge(), ReasonIs("ALREADY_MERGED"));
  EXPECT_THAT(Merge(kOld, "clusters/third"), ReasonIs("ALREADY_MERGED"));
  EXPECT_THAT(Merge("clusters/third", kOld), ReasonIs("ALREADY_MERGED"));
  EXPECT_EQ(*world_.store->revision(), before);
  ASSERT_THAT(Merge(kNew, "clusters/third"), IsOk());
  EXPECT_EQ(clusters_.Get(world_.Read(), kOld)->name(), "clusters/third") << "for ever";
  EXPECT_THAT(world_.FactsOf("clusters/third").clusters(),
              ElementsAre(kNew, kOld, "clusters/third"));
}

TEST_F(ClusterMergeTest, WhatIsPublicIsNotMergedIntoADraft) {
  Cluster draft = world_.GoodCluster("Draft");
  draft.set_state(Cluster::STATE_DRAFT);
  ASSERT_THAT(clusters_.Create(call_, "", draft, "draft"), IsOk());
  EXPECT_THAT(Merge(kOld, "clusters/draft"), ReasonIs("NOT_MERGEABLE"));
}

TEST_F(ClusterMergeTest, MoreThanOneWriteMovesIsRefusedWhole) {
  v1::Publication publication;
  publication.set_title("Report");
  publication.set_kind(v1::Publication::KIND_REPORT);
  publication.set_owner(kOld);
  Publications publications = world_.Of<Publications>();
  for (int i = 0; i <= 500; ++i) {
    ASSERT_THAT(publications.Create(call_, "", publication, absl::StrCat("p", i)), IsOk());
  }
  const store::Revision before = *world_.store->revision();
  EXPECT_THAT(Merge(), ReasonIs("TOO_MUCH_TO_MERGE"));
  EXPECT_EQ(*world_.store->revision(), before);
}

}  // namespace
}  // namespace clusterwire::catalogue
