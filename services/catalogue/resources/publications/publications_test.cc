// Publications: who writes them, what is found of them.
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/publications/publication_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using v1::Publication;

class PublicationsTest : public ::testing::Test {
 protected:
  Publication Good() const {
    Publication publication;
    publication.set_title("Clusters for clean air");
    publication.set_kind(Publication::KIND_PROJECT);
    publication.set_owner(cluster_);
    publication.add_clusters(partner_);
    publication.add_programmes("programmes/go-cluster");
    publication.add_sectors("esca:health");
    publication.mutable_period()->set_start("2024");
    publication.set_link("https://air.example/");
    return publication;
  }

  World world_{"2024-06-01"};
  Publications publications_ = world_.Of<Publications>();
  const std::string cluster_ = world_.NewCluster("Hamburg Aviation").name();
  const std::string partner_ = world_.NewCluster("Lyon Air").name();
};

TEST_F(PublicationsTest, IsFoundByItsClustersItsProgrammesItsFieldsAndItsKind) {
  const auto created = publications_.Create(world_.As(cluster_), "", Good(), "");
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->state(), Publication::STATE_DRAFT);
  ASSERT_THAT(publications_.Publish(world_.As(cluster_), created->name(), ""), IsOk());
  const facts::Facts facts = world_.FactsOf(created->name());
  EXPECT_EQ(facts.title(), "Clusters for clean air");
  EXPECT_EQ(facts.kind(), "project");
  EXPECT_EQ(facts.state(), "published");
  EXPECT_THAT(facts.clusters(), ElementsAre(cluster_, partner_));
  EXPECT_THAT(facts.programmes(), Contains("programmes/go-cluster"));
  EXPECT_THAT(facts.codes(), AllOf(Contains("esca:health"), Contains("iso:DE")));
  EXPECT_FALSE(facts.has_audience());
}

TEST_F(PublicationsTest, ADraftIsItsOwnersAlone) {
  const auto created = publications_.Create(world_.As(cluster_), "", Good(), "");
  ASSERT_THAT(created, IsOk());
  EXPECT_THAT(publications_.Get(world_.Read(filter::Viewer::Public()), created->name()),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(publications_.Get(world_.Read(filter::Viewer::As(partner_)), created->name()),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(publications_.Get(world_.Read(filter::Viewer::As(cluster_)), created->name()),
              IsOk());
  EXPECT_THAT(publications_.Publish(world_.As(partner_), created->name(), ""),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(PublicationsTest, AllThatIsWrongIsNamedAtOnce) {
  Publication wrong = Good();
  wrong.clear_title();
  wrong.clear_kind();
  wrong.add_clusters("clusters/none");
  wrong.add_programmes("clusters/none");
  wrong.add_sectors("esca:nothing");
  wrong.mutable_period()->set_end("2023");
  wrong.set_link("ftp://air.example/");
  const auto refused = publications_.Create(world_.AsOperator(), "", wrong, "");
  EXPECT_THAT(
      refused,
      AllOf(HasFieldError("publication.title"), HasFieldError("publication.kind"),
            HasFieldError("publication.clusters[1]"), HasFieldError("publication.programmes[1]"),
            HasFieldError("publication.sectors[1]"), HasFieldError("publication.period.end"),
            HasFieldError("publication.link")));
}

TEST_F(PublicationsTest, WhatThePublicSeesNamesNoDraft) {
  v1::Cluster draft = world_.GoodCluster("Draft");
  draft.set_state(v1::Cluster::STATE_DRAFT);
  ASSERT_THAT(world_.Of<Clusters>().Create(world_.AsOperator(), "", draft, "draft"), IsOk());
  Publication publication = Good();
  publication.add_clusters("clusters/draft");
  publication.set_state(Publication::STATE_PUBLISHED);
  EXPECT_THAT(publications_.Create(world_.AsOperator(), "", publication, ""),
              AllOf(HasFieldError("publication.state"),
                    StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("clusters[1]"))));
}

TEST_F(PublicationsTest, ItsOwnerStaysWhatItWasAtCreation) {
  const auto created = publications_.Create(world_.As(cluster_), "", Good(), "");
  ASSERT_THAT(created, IsOk());
  Publication change = *created;
  change.set_owner(partner_);
  EXPECT_THAT(publications_.Update(world_.AsOperator(), change, {}),
              HasFieldError("publication.owner"));
}

}  // namespace
}  // namespace clusterwire::catalogue
