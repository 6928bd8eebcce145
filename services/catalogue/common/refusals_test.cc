// What is refused, and that the text says what to change.
#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/time/zone.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::HasSubstr;

class RefusalsTest : public ::testing::Test {
 protected:
  v1::Label NewLabel(const std::string& level = "silver") {
    v1::Label label;
    label.set_scheme("labelSchemes/ecei");
    label.set_level(level);
    return *world_.Of<Labels>().Award(world_.AsOperator(), cluster_, label, "");
  }
  v1::Membership NewMembership(v1::Membership membership = {}) {
    membership.set_cluster(cluster_);
    return *world_.Of<Memberships>().Create(world_.AsOperator(), "programmes/go-cluster",
                                            membership, "");
  }
  google::protobuf::FieldMask Mask(const char* path) {
    google::protobuf::FieldMask mask;
    mask.add_paths(path);
    return mask;
  }

  World world_{"2024-06-01"};
  std::string cluster_ = world_.NewCluster().name();
};

TEST_F(RefusalsTest, ASchemeThatLabelsAreOfStaysAndTheErrorNamesOne) {
  const v1::Label label = NewLabel();
  EXPECT_THAT(world_.Of<LabelSchemes>().Delete(world_.AsOperator(), "labelSchemes/ecei", ""),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(label.name())));
  v1::LabelScheme other;
  other.set_title("Unused");
  other = *world_.Of<LabelSchemes>().Create(world_.AsOperator(), "", other, "");
  EXPECT_THAT(world_.Of<LabelSchemes>().Delete(world_.AsOperator(), other.name(), ""), IsOk());
}

TEST_F(RefusalsTest, WebAddressesAreReadAsTheClientOfWebhooksReadsThem) {
  auto cluster = world_.Get<v1::Cluster>(cluster_);
  cluster.set_website("HTTPS://example.org/b%C3%BCcher");
  EXPECT_THAT(world_.Of<Clusters>().Update(world_.AsOperator(), cluster, Mask("website")), IsOk());
  cluster.clear_etag();
  for (const auto& [website, says] : std::vector<std::pair<const char*, const char*>>{
           {"http:///x", "no host"},
           {"https://example.org:65536/", "65535"},
           {"https://me:hunter2@example.org/", "user name"},
           {"https://bücher.example/", "xn--bcher-kva.example"}}) {
    cluster.set_website(website);
    const auto updated =
        world_.Of<Clusters>().Update(world_.AsOperator(), cluster, Mask("website"));
    EXPECT_THAT(updated, HasFieldError("cluster.website")) << website;
    EXPECT_THAT(updated.status().message(), HasSubstr(says)) << website;
  }
}

TEST_F(RefusalsTest, ALevelThatLabelsHoldStaysInItsScheme) {
  NewLabel("silver");
  auto scheme = world_.Get<v1::LabelScheme>("labelSchemes/ecei");
  scheme.mutable_levels()->DeleteSubrange(1, 1);
  EXPECT_THAT(world_.Of<LabelSchemes>().Update(world_.AsOperator(), scheme, Mask("levels")),
              HasFieldError("label_scheme.levels"));
  scheme = world_.Get<v1::LabelScheme>("labelSchemes/ecei");
  scheme.mutable_levels()->DeleteSubrange(2, 1);
  EXPECT_THAT(world_.Of<LabelSchemes>().Update(world_.AsOperator(), scheme, Mask("levels")),
              IsOk());
}

TEST_F(RefusalsTest, ACodeListThatSomethingCarriesACodeOfStays) {
  EXPECT_THAT(world_.Of<Taxonomies>().Delete(world_.AsOperator(), "taxonomies/esca-portfolios", ""),
              ReasonIs("IN_USE"));
  EXPECT_THAT(world_.Of<Taxonomies>().Delete(world_.AsOperator(), "taxonomies/nuts", ""),
              ReasonIs("IN_USE"));
  // The country that every cluster has is a code too.
  EXPECT_THAT(
      world_.Of<Taxonomies>().Delete(world_.AsOperator(), "taxonomies/iso-3166-1-countries", ""),
      ReasonIs("IN_USE"));
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster_, ""), IsOk());
  EXPECT_THAT(world_.Of<Taxonomies>().Delete(world_.AsOperator(), "taxonomies/esca-portfolios", ""),
              IsOk());
}

TEST_F(RefusalsTest, AnIdThatCannotBeMadeIsNamedBesideWhatElseIsWrong) {
  v1::Cluster cluster = world_.GoodCluster(" ");
  cluster.set_country("XX");
  const auto created = world_.Of<Clusters>().Create(world_.AsOperator(), "", cluster, "");
  EXPECT_THAT(created, HasFieldError("cluster_id"));
  EXPECT_THAT(created, HasFieldError("cluster.title"));
  EXPECT_THAT(created, HasFieldError("cluster.country"));
}

TEST_F(RefusalsTest, LabelsAndMembershipsAreListedUnderAParentOfTheirKindOrUnderAll) {
  NewLabel();
  ListQuery query;
  for (const char* parent : {"", "clusters", "programmes/go-cluster", "programmes/-"}) {
    query.parent = parent;
    EXPECT_THAT(world_.Of<Labels>().List(world_.Read(), query), HasFieldError("parent")) << parent;
  }
  for (const std::string& parent : {std::string("clusters/-"), cluster_}) {
    query.parent = parent;
    EXPECT_EQ(world_.Of<Labels>().List(world_.Read(), query)->resources.size(), 1u);
  }
  EXPECT_THAT(world_.Of<Labels>().Award(world_.AsOperator(), "programmes/go-cluster", {}, ""),
              HasFieldError("parent"));
}

TEST_F(RefusalsTest, AStateThatThisReleaseDoesNotKnowIsNeverPublic) {
  v1::Cluster cluster = world_.GoodCluster("New");
  cluster.set_state(static_cast<v1::Cluster::State>(9));
  EXPECT_THAT(world_.Of<Clusters>().Create(world_.AsOperator(), "", cluster, ""),
              HasFieldError("cluster.state"));
}

TEST_F(RefusalsTest, NobodyLearnsFromAnUndeleteWhatThereWas) {
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster_, ""), IsOk());
  for (const std::string& name : {cluster_, std::string("clusters/never")}) {
    EXPECT_THAT(world_.Of<Clusters>().Undelete(world_.As("clusters/other"), name, ""),
                StatusIs(absl::StatusCode::kPermissionDenied));
  }
}

TEST_F(RefusalsTest, WhatLiesAheadHasNotHappened) {
  v1::Label label;
  label.set_scheme("labelSchemes/ecei");
  label.set_level("silver");
  label.set_assessed("2024-07");
  label.set_awarded("2024-08");
  label.set_announced("2024-09");
  const auto awarded = world_.Of<Labels>().Award(world_.AsOperator(), cluster_, label, "");
  EXPECT_THAT(awarded, HasFieldError("label.assessed"));
  EXPECT_THAT(awarded, HasFieldError("label.awarded"));
  EXPECT_THAT(awarded, HasFieldError("label.announced"));
}

TEST_F(RefusalsTest,
       ADraftOfAMembershipIsPublishedAndIsThenWhatItsDatesSayHoweverOftenItIsAskedFor) {
  v1::Membership draft;
  draft.set_state(v1::Membership::STATE_DRAFT);
  draft.mutable_period()->set_start("2025");
  const std::string name = NewMembership(draft).name();
  const auto published = world_.Of<Memberships>().Publish(world_.AsOperator(), name, "");
  ASSERT_THAT(published, IsOk());
  EXPECT_EQ(published->state(), v1::Membership::STATE_UPCOMING);
  const auto again = world_.Of<Memberships>().Publish(world_.AsOperator(), name, "");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->etag(), published->etag());
}

TEST_F(RefusalsTest, AMembershipNeedsAClusterThatIsThereAndALevelOfTheProgramme) {
  v1::Membership membership;
  membership.set_cluster("programmes/go-cluster");
  membership.set_level("Emperor");
  const auto created = world_.Of<Memberships>().Create(world_.AsOperator(), "programmes/go-cluster",
                                                       membership, "m");
  EXPECT_THAT(created, HasFieldError("membership.cluster"));
  EXPECT_THAT(created, HasFieldError("membership.level"));
  EXPECT_THAT(std::string(created.status().message()), HasSubstr("Member, Observer"));
}

TEST_F(RefusalsTest, AProgrammesOfficeDoesNotLearnFromANewMembershipWhichDraftsThereAre) {
  v1::Cluster hidden = world_.GoodCluster("Hidden");
  hidden.set_state(v1::Cluster::STATE_DRAFT);
  hidden = *world_.Of<Clusters>().Create(world_.AsOperator(), "", hidden, "");
  const auto create = [&](const WriteCall& call, const std::string& cluster) {
    v1::Membership membership;
    membership.set_cluster(cluster);
    return world_.Of<Memberships>().Create(call, "programmes/go-cluster", membership, "m");
  };
  const WriteCall office = world_.As("programmes/go-cluster");
  const auto refused = create(office, hidden.name());
  EXPECT_THAT(refused, HasFieldError("membership.cluster"));
  EXPECT_EQ(absl::StrReplaceAll(std::string(refused.status().message()),
                                {{hidden.name(), "clusters/never"}}),
            create(office, "clusters/never").status().message());
  EXPECT_THAT(create(world_.AsOperator(), hidden.name()), IsOk());
}

TEST_F(RefusalsTest, ATimeZoneIsOneOfTheDatabaseWhateverTheMachineKnowsBesides) {
  auto scheme = world_.Get<v1::LabelScheme>("labelSchemes/ecei");
  for (const char* zone : {"localtime", "Fixed/UTC+01:00:00", "posix/Europe/Berlin",
                           "/usr/share/zoneinfo/Europe/Berlin", "Europe/../Europe/Berlin",
                           "Europe/Atlantis", "Factory"}) {
    scheme.set_time_zone(zone);
    EXPECT_THAT(world_.Of<LabelSchemes>().Update(world_.AsOperator(), scheme, Mask("time_zone")),
                HasFieldError("label_scheme.time_zone"))
        << zone;
  }
  for (const char* zone : {"Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"}) {
    EXPECT_TRUE(IsTimeZone(zone)) << zone;
  }
}

TEST_F(RefusalsTest, AClustersLanguageIsABcp47Tag) {
  v1::Cluster cluster = world_.GoodCluster("New");
  cluster.add_languages("12");
  EXPECT_THAT(world_.Of<Clusters>().Create(world_.AsOperator(), "", cluster, ""),
              HasFieldError("cluster.languages[0]"));
}

TEST_F(RefusalsTest, CodesOfAListThatIsNotThereAreNotFound) {
  EXPECT_THAT(world_.Of<Taxonomies>().SearchCodes(world_.Read(), "x", "taxonomies/none", 20),
              StatusIs(absl::StatusCode::kNotFound));
  const auto wrong = world_.Of<Taxonomies>().SearchCodes(world_.Read(), "", "nuts", 20);
  EXPECT_THAT(wrong, HasFieldError("taxonomy"));
  EXPECT_THAT(wrong, HasFieldError("query"));
  const auto saxony =
      world_.Of<Taxonomies>().SearchCodes(world_.Read(), "saxony", "taxonomies/nuts", 20);
  ASSERT_THAT(saxony, IsOk());
  ASSERT_EQ(saxony->size(), 1u);
  EXPECT_EQ((*saxony)[0].code(), "nuts:DED");
}

}  // namespace
}  // namespace clusterwire::catalogue
