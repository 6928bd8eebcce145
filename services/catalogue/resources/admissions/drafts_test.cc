// Drafts of clusters that apply: who sees them, and who publishes.
#include <gmock/gmock.h>

#include "services/catalogue/resources/admissions/testing/office.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class DraftsTest : public OfficeTest {
 protected:
  bool Sees(const WriteCall& call, const std::string& cluster) {
    return world_.Of<Clusters>().Get(world_.Read(call.viewer), cluster).ok();
  }
  absl::StatusOr<v1::Cluster> Publish(const WriteCall& call) {
    return world_.Of<Clusters>().Publish(call, draft_, "");
  }
  std::string Applied() { return Come("SubmitApplication", kEccp, draft_)->name(); }

  std::string draft_ = NewDraft("New Cluster").name();
};

TEST_F(DraftsTest, ApplyingShowsTheOfficeTheDraftUntilItIsOverAndItsAdmissionForGood) {
  EXPECT_FALSE(Sees(Office(kEccp), draft_));
  const std::string name = Applied();
  EXPECT_TRUE(Sees(Office(kEccp), draft_));
  EXPECT_FALSE(Sees(Office(kGoCluster), draft_));
  EXPECT_FALSE(Sees({}, draft_));
  EXPECT_THAT(admissions().Get(world_.Read(Office(kEccp).viewer), name), IsOk());
  const store::Revision before = *world_.store->revision();
  ASSERT_THAT(Go("WithdrawApplication", name), IsOk());
  EXPECT_EQ(world_.store->revision()->value, before.value + 1);
  EXPECT_FALSE(Sees(Office(kEccp), draft_));
  EXPECT_THAT(admissions().Get(world_.Read(Office(kEccp).viewer), name), IsOk());
  EXPECT_THAT(admissions().Get(world_.Read(Office(kGoCluster).viewer), name),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(admissions().Get(world_.Read(Team(draft_).viewer), name), IsOk());
  // What becomes of the draft is no more to be read off it.
  auto draft = world_.Get<v1::Cluster>(draft_);
  draft.set_title("Another name");
  ASSERT_THAT(world_.Of<Clusters>().Update(Team(draft_), draft, {}), IsOk());
  const std::string told = world_.FactsOf(name).ShortDebugString();
  EXPECT_THAT(told, Not(AnyOf(HasSubstr("Another name"), HasSubstr("nuts:DED2"))));
}

TEST_F(DraftsTest, AdmittingPublishesTheDraftInTheSameWrite) {
  const std::string name = Applied();
  ASSERT_THAT(Go("AssessApplication", name), IsOk());
  const store::Revision before = *world_.store->revision();
  ASSERT_THAT(Go("AdmitApplicant", name), IsOk());
  EXPECT_EQ(world_.store->revision()->value, before.value + 1);
  EXPECT_THAT(world_.KindsAfter(before), Contains("cluster.published"));
  EXPECT_TRUE(Sees({}, draft_));
  const auto cluster = world_.Get<v1::Cluster>(draft_);
  EXPECT_THAT(cluster.shown_to(), IsEmpty());
  EXPECT_THAT(world_.FactsOf(draft_).programmes(), ElementsAre(kEccp));
}

TEST_F(DraftsTest, ADraftCanNotComeWhereDraftsAreNotListed) {
  const auto refused = Come("AskForConsultation", kGoCluster, draft_);
  EXPECT_THAT(refused, ReasonIs("DRAFT_NOT_LISTED"));
  EXPECT_FALSE(Sees(Office(), draft_));
}

TEST_F(DraftsTest, ATeamDoesNotPublishItsOwnDraft) {
  const auto refused = Publish(Team(draft_));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("applies")));
  EXPECT_THAT(refused, ReasonIs("NOT_YOURS"));
  ASSERT_THAT(Come("SubmitApplication", kEccp, draft_), IsOk());
  EXPECT_THAT(Publish(Team(draft_)), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(Publish(world_.AsOperator()), IsOk());
}

TEST_F(DraftsTest, TheOfficeThatADraftAppliesToMayPublishItAndNoOther) {
  // It doesn't even see it.
  EXPECT_THAT(Publish(Office(kEccp)), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(Come("SubmitApplication", kEccp, draft_), IsOk());
  EXPECT_THAT(Publish(Office(kGoCluster)), StatusIs(absl::StatusCode::kNotFound));
  // It may publish, and no more.
  v1::Cluster changed = world_.Get<v1::Cluster>(draft_);
  changed.set_title("Other");
  EXPECT_THAT(world_.Of<Clusters>().Update(Office(kEccp), changed, {}), ReasonIs("NOT_YOURS"));
  WriteCall call = Office(kEccp);
  call.store.caller = "corp:office";
  call.store.request_id = "r1";
  call.store.digest = "d";
  const auto published = Publish(call);
  ASSERT_THAT(published, IsOk());
  EXPECT_EQ(published->state(), v1::Cluster::STATE_PUBLISHED);
  EXPECT_THAT(published->shown_to(), IsEmpty());
  EXPECT_THAT(Publish(call), IsOk());  // the same answer again
}

TEST_F(DraftsTest, AnOfficePublishesByWhatItsProgrammeSaysNow) {
  Applied();
  google::protobuf::FieldMask mask;
  mask.add_paths("admission.lists_drafts");
  auto eccp = Said<v1::Programme>(R"(name: "programmes/eccp")");
  ASSERT_THAT(world_.Of<Programmes>().Update(world_.AsOperator(), eccp, mask), IsOk());
  EXPECT_THAT(Publish(Office(kEccp)), ReasonIs("DRAFT_NOT_LISTED"));
  eccp.mutable_admission()->set_lists_drafts(true);
  ASSERT_THAT(world_.Of<Programmes>().Update(world_.AsOperator(), eccp, mask), IsOk());
  Terms(R"(name: "programmes/eccp" period { start: "2010" end: "2011" })");
  EXPECT_THAT(Publish(Office(kEccp)), ReasonIs("NOT_TAKING_APPLICATIONS"));
  EXPECT_THAT(Publish(world_.AsOperator()), IsOk());
}

TEST_F(DraftsTest, WhoMakesADraftIsToldHowItBecomesPublic) {
  WriteCall call = Team("clusters/other");
  call.viewer.subject = "corp:new";
  v1::Cluster draft = world_.GoodCluster("Brand New");
  draft.clear_state();
  const auto made = world_.Of<Clusters>().Create(call, "", draft, "");
  ASSERT_THAT(made, IsOk());
  EXPECT_THAT(made->notes(), ElementsAre(HasSubstr("SubmitApplication")));
}

TEST_F(DraftsTest, AnOfficeCreatesNoClusterThatIsPublished) {
  WriteCall office = Office(kEccp);
  EXPECT_THAT(world_.Of<Clusters>().Create(office, "", world_.GoodCluster("Sly"), ""),
              ReasonIs("NOT_YOURS"));
}

TEST_F(DraftsTest, NobodySetsByHandToWhomADraftIsShown) {
  v1::Cluster draft = world_.Get<v1::Cluster>(draft_);
  draft.add_shown_to(kGoCluster);
  google::protobuf::FieldMask mask;
  mask.add_paths("*");
  ASSERT_THAT(world_.Of<Clusters>().Update(Team(draft_), draft, mask), IsOk());
  EXPECT_FALSE(Sees(Office(), draft_));
}

TEST_F(DraftsTest, TwoPlatformsSeeTheDraftEachAsLongAsItsAdmissionIsOpen) {
  auto other = Said<v1::Programme>(R"(
      title: "Platform" kind: KIND_PLATFORM country: "EU" state: STATE_PUBLISHED
      admission { takes_applications: true lists_drafts: true })");
  ASSERT_THAT(world_.Of<Programmes>().Create(world_.AsOperator(), "", other, "other"), IsOk());
  const std::string first = Applied();
  const std::string second = Come("SubmitApplication", "programmes/other", draft_)->name();
  EXPECT_TRUE(Sees(Office(kEccp), draft_));
  EXPECT_TRUE(Sees(Office("programmes/other"), draft_));
  // What one office sees isn't the other's, and that there is another is no more its business.
  const auto read = [&](const WriteCall& call) {
    return world_.Of<Clusters>().Get(world_.Read(call.viewer), draft_);
  };
  EXPECT_THAT(read(Office(kEccp))->shown_to(), ElementsAre(kEccp));
  EXPECT_THAT(read(Office("programmes/other"))->shown_to(), ElementsAre("programmes/other"));
  EXPECT_THAT(read(Team(draft_))->shown_to(), ElementsAre(kEccp, "programmes/other"));
  const auto listed = world_.Of<Clusters>().List(world_.Read(Office(kEccp).viewer), {.limit = 10});
  for (const v1::Cluster& cluster : listed->resources) {
    EXPECT_THAT(cluster.shown_to(), AnyOf(IsEmpty(), ElementsAre(kEccp)));
  }
  EXPECT_THAT(admissions().Get(world_.Read(Office(kEccp).viewer), second),
              StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(Go("CloseAdmission", first), IsOk());
  EXPECT_FALSE(Sees(Office(kEccp), draft_));
  EXPECT_TRUE(Sees(Office("programmes/other"), draft_));
}

}  // namespace
}  // namespace clusterwire::catalogue
