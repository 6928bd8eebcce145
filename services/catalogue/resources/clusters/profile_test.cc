// Profiles as platforms publish them, and from when they are public until the organisation is no
// more.
#include "services/catalogue/resources/clusters/profile.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/organisations/organisation_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using v1::Cluster;

class ProfileTest : public ::testing::Test {
 protected:
  absl::StatusOr<Cluster> End(const std::string& date, const std::string& successor) {
    v1::EndClusterRequest request;
    request.set_name(cluster_);
    request.set_date(date);
    request.set_successor(successor);
    return clusters_.End(world_.AsOperator(), request);
  }
  Cluster Full() const {
    Cluster full = world_.GoodCluster("Full");
    full.set_summary("What it does.");
    full.set_founded("2004-12");
    full.set_website("https://full.example/");
    full.mutable_seat()->set_city("Dresden");
    full.mutable_management_team()->set_staff_min(1);
    for (auto* field : {full.mutable_technology_fields(), full.mutable_s3_priorities(),
                        full.mutable_emerging_industries()}) {
      field->Add("named:photonics");
    }
    full.mutable_members()->set_total(30);
    full.mutable_members()->set_smes(20);
    full.mutable_members()->set_large_companies(5);
    full.mutable_members()->set_research_organisations(5);
    full.add_ticked_services(Cluster::SUPPORT_SERVICE_TRAINING);
    full.add_major_players()->set_title("Works");
    full.set_strategy("Growth by cooperation.");
    full.add_languages("en");
    return full;
  }

  World world_{"2024-06-01"};
  Clusters clusters_ = world_.Of<Clusters>();
  const std::string cluster_ = world_.NewCluster("Hamburg Aviation").name();
  const std::string other_ = world_.NewCluster("Lyon Air").name();
};

TEST_F(ProfileTest, CompletenessSaysWhatIsMissingAndReachesAHundred) {
  EXPECT_EQ(CompletenessOf(Cluster()).percent, 0);
  Cluster full = Full();
  EXPECT_THAT(
      CompletenessOf(full).missing,
      ElementsAre("contacts:PERSON_ROLE_CLUSTER_MANAGER", "contacts:PERSON_ROLE_ECCP_RESPONSIBLE",
                  "contacts:PERSON_ROLE_INTERNATIONALISATION"));
  for (const auto role :
       {type::v1::PERSON_ROLE_CLUSTER_MANAGER, type::v1::PERSON_ROLE_ECCP_RESPONSIBLE,
        type::v1::PERSON_ROLE_INTERNATIONALISATION}) {
    full.add_contacts()->set_role(role);
  }
  EXPECT_THAT(CompletenessOf(full).missing, IsEmpty());
  EXPECT_EQ(CompletenessOf(full).percent, 100);
}

TEST_F(ProfileTest, ReadersGetItAndFactsSayItThoughItIsNeverStored) {
  Cluster set = Full();
  set.set_completeness(7);
  const auto created = clusters_.Create(world_.AsOperator(), "", set, "full");
  ASSERT_THAT(created, IsOk());
  const auto read = clusters_.Get(world_.Read(), "clusters/full");
  EXPECT_EQ(read->completeness(), 85);
  EXPECT_THAT(read->missing_fields(), Contains("contacts:PERSON_ROLE_CLUSTER_MANAGER"));
  EXPECT_EQ(world_.FactsOf("clusters/full").completeness(), 85);
  EXPECT_EQ(world_.Get<Cluster>("clusters/full").completeness(), 0);
}

TEST_F(ProfileTest, EveryListOfFieldsIsFoundAsASector) {
  Cluster full = Full();
  full.add_specialisations("esca:health");
  full.set_native_title("Ολόκληρο");
  ASSERT_THAT(clusters_.Create(world_.AsOperator(), "", full, "full"), IsOk());
  const facts::Facts facts = world_.FactsOf("clusters/full");
  EXPECT_THAT(facts.codes(), AllOf(Contains("named:photonics"), Contains("esca:health")));
  EXPECT_THAT(facts.names(), Contains("Ολόκληρο"));
  EXPECT_THAT(facts.text(), AllOf(HasSubstr("Works"), HasSubstr("Growth")));
}

TEST_F(ProfileTest, AllThatIsWrongWithAProfileIsNamedAtOnce) {
  Cluster wrong = Full();
  wrong.add_technology_fields("esca:nothing");
  wrong.add_s3_priorities("nuts:DE");
  wrong.add_ticked_services(Cluster::SUPPORT_SERVICE_TRAINING);
  wrong.add_major_players()->set_link("nowhere");
  wrong.mutable_major_players(0)->set_organisation("organisations/none");
  wrong.mutable_members()->set_start_ups(21);
  wrong.mutable_members()->set_civil_society(-1);
  wrong.set_strategy(std::string(10'001, 'x'));
  wrong.set_state(Cluster::STATE_ENDED);
  EXPECT_THAT(
      clusters_.Create(world_.AsOperator(), "", wrong, "wrong"),
      AllOf(HasFieldError("cluster.technology_fields[1]"),
            HasFieldError("cluster.s3_priorities[1]"), HasFieldError("cluster.ticked_services[1]"),
            HasFieldError("cluster.major_players[1].title"),
            HasFieldError("cluster.major_players[1].link"),
            HasFieldError("cluster.major_players[0].organisation"),
            HasFieldError("cluster.members.start_ups"),
            HasFieldError("cluster.members.civil_society"), HasFieldError("cluster.strategy"),
            HasFieldError("cluster.state")));
}

TEST_F(ProfileTest, AProfileThatEverybodyReadsNamesNoDraftOfAnOrganisation) {
  v1::Organisation works;
  works.set_title("Works");
  works.set_kind(v1::Organisation::KIND_SME);
  works.set_country("DE");
  const std::string draft =
      world_.Of<Organisations>().Create(world_.AsOperator(), "", works, "works")->name();
  Cluster named = Full();
  named.mutable_major_players(0)->set_organisation(draft);
  EXPECT_THAT(clusters_.Create(world_.AsOperator(), "", named, "named"),
              HasFieldError("cluster.major_players[0].organisation"));
  named.set_state(Cluster::STATE_DRAFT);
  ASSERT_THAT(clusters_.Create(world_.AsOperator(), "", named, "named"), IsOk());
  const auto publish = [&] { return clusters_.Publish(world_.AsOperator(), "clusters/named", ""); };
  EXPECT_THAT(publish(), HasFieldError("cluster.major_players[0].organisation"));
  ASSERT_THAT(world_.Of<Organisations>().Publish(world_.AsOperator(), draft, ""), IsOk());
  EXPECT_THAT(publish(), IsOk());
}

TEST_F(ProfileTest, WhatIsArchivedStaysToBeReadAndIsPublishedAgainByItsTeam) {
  const store::Revision before = *world_.store->revision();
  ASSERT_THAT(clusters_.Archive(world_.As(cluster_), cluster_, ""), IsOk());
  EXPECT_EQ(world_.FactsOf(cluster_).state(), "archived");
  EXPECT_THAT(clusters_.Get(world_.Read(filter::Viewer::Public()), cluster_), IsOk());
  EXPECT_THAT(clusters_.Archive(world_.As(cluster_), cluster_, ""), IsOk());
  EXPECT_THAT(clusters_.Archive(world_.As("programmes/go-cluster"), other_, ""),
              ReasonIs("NOT_YOURS"));
  ASSERT_THAT(clusters_.Publish(world_.As(cluster_), cluster_, ""), IsOk());
  EXPECT_THAT(world_.KindsAfter(before), ElementsAre("cluster.archived", "cluster.published"));
}

TEST_F(ProfileTest, WhatHasEndedNamesItsSuccessorAndIsNotPublishedAgain) {
  const auto ended = End("2024-05", other_);
  ASSERT_THAT(ended, IsOk());
  EXPECT_EQ(ended->state(), Cluster::STATE_ENDED);
  EXPECT_EQ(ended->successor(), other_);
  EXPECT_THAT(world_.FactsOf(cluster_).summary(), HasSubstr("Ended: 2024-05; another"));
  EXPECT_EQ(End("", other_)->etag(), ended->etag()) << "the same again changes nothing";
  EXPECT_THAT(clusters_.Publish(world_.AsOperator(), cluster_, ""), ReasonIs("ILLEGAL_MOVE"));
  EXPECT_THAT(clusters_.Archive(world_.AsOperator(), cluster_, ""), ReasonIs("ILLEGAL_MOVE"));
  EXPECT_EQ(End("2024-04", "")->ended(), "2024-04") << "a correction";
}

TEST_F(ProfileTest, AnEndThatCannotBeIsRefused) {
  EXPECT_THAT(End("2025", cluster_), AllOf(HasFieldError("date"), HasFieldError("successor")));
  EXPECT_THAT(End("", "clusters/none"), HasFieldError("successor"));
  ASSERT_THAT(clusters_.Archive(world_.AsOperator(), other_, ""), IsOk());
  EXPECT_THAT(End("", other_), HasFieldError("successor"));
  EXPECT_EQ(world_.Get<Cluster>(cluster_).state(), Cluster::STATE_PUBLISHED);
}

}  // namespace
}  // namespace clusterwire::catalogue
