#include "libs/resource/update_mask.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/notification/v1/subscriber.pb.h"

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::resource {
namespace {

using catalogue::v1::Cluster;
using google::protobuf::FieldMask;
using notification::v1::Endpoint;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::array<std::string_view, 1> kState = {"state"};

FieldMask Mask(std::initializer_list<const char*> paths) {
  FieldMask mask;
  for (const char* path : paths) mask.add_paths(path);
  return mask;
}

Cluster Stored() {
  Cluster cluster;
  cluster.set_name("clusters/x");
  cluster.set_etag("7");
  cluster.set_revision(7);
  cluster.set_state(Cluster::STATE_PUBLISHED);
  cluster.set_title("Old title");
  cluster.set_acronym("OT");
  cluster.add_former_titles("Older title");
  cluster.mutable_seat()->set_city("Dresden");
  cluster.mutable_seat()->set_country("DE");
  return cluster;
}

TEST(Update, WithoutAMaskTakesWhatIsSet) {
  Cluster from;
  from.set_title("New title");
  from.add_former_titles("Old title");
  Cluster cluster = Stored();
  ASSERT_THAT(ApplyUpdate(from, {}, kState, &cluster), IsOk());
  EXPECT_EQ(cluster.title(), "New title");
  EXPECT_EQ(cluster.acronym(), "OT");
  EXPECT_THAT(cluster.former_titles(), ElementsAre("Old title"));
  EXPECT_EQ(cluster.seat().city(), "Dresden");
}

TEST(Update, OfEverythingClearsWhatIsNotSet) {
  Cluster from;
  from.set_title("New title");
  Cluster cluster = Stored();
  ASSERT_THAT(ApplyUpdate(from, Mask({"*"}), kState, &cluster), IsOk());
  EXPECT_EQ(cluster.title(), "New title");
  EXPECT_EQ(cluster.acronym(), "");
  EXPECT_THAT(cluster.former_titles(), ElementsAre());
  EXPECT_FALSE(cluster.has_seat());
  EXPECT_EQ(cluster.state(), Cluster::STATE_PUBLISHED);
}

TEST(Update, OfANamedFieldClearsItWhenItIsNotSet) {
  Cluster cluster = Stored();
  ASSERT_THAT(ApplyUpdate(Cluster(), Mask({"acronym", "former_titles"}), kState, &cluster), IsOk());
  EXPECT_EQ(cluster.acronym(), "");
  EXPECT_THAT(cluster.former_titles(), ElementsAre());
  EXPECT_EQ(cluster.title(), "Old title");
}

TEST(Update, OfANestedFieldLeavesItsNeighbours) {
  Cluster from;
  from.mutable_seat()->set_city("Leipzig");
  Cluster cluster = Stored();
  ASSERT_THAT(ApplyUpdate(from, Mask({"seat.city"}), kState, &cluster), IsOk());
  EXPECT_EQ(cluster.seat().city(), "Leipzig");
  EXPECT_EQ(cluster.seat().country(), "DE");
}

TEST(Update, OfANestedFieldThatNobodyHasAddsNothing) {
  Cluster cluster;
  ASSERT_THAT(ApplyUpdate(Cluster(), Mask({"seat.city"}), kState, &cluster), IsOk());
  EXPECT_FALSE(cluster.has_seat());
}

TEST(Update, OfAMessageReplacesItWhole) {
  Cluster from;
  from.mutable_seat()->set_city("Leipzig");
  Cluster cluster = Stored();
  ASSERT_THAT(ApplyUpdate(from, {}, kState, &cluster), IsOk());
  EXPECT_EQ(cluster.seat().city(), "Leipzig");
  EXPECT_EQ(cluster.seat().country(), "");
}

TEST(Update, IgnoresWhatIsOutputOnly) {
  Cluster from;
  from.set_name("clusters/y");
  from.set_etag("1");
  from.set_revision(1);
  from.mutable_create_time()->set_seconds(1);
  from.set_state(Cluster::STATE_DRAFT);
  for (const FieldMask& mask :
       {FieldMask(), Mask({"*"}), Mask({"name", "etag", "revision", "create_time", "state"})}) {
    Cluster cluster = Stored();
    ASSERT_THAT(ApplyUpdate(from, mask, kState, &cluster), IsOk());
    EXPECT_EQ(cluster.name(), "clusters/x");
    EXPECT_EQ(cluster.etag(), "7");
    EXPECT_EQ(cluster.revision(), 7);
    EXPECT_FALSE(cluster.has_create_time());
    EXPECT_EQ(cluster.state(), Cluster::STATE_PUBLISHED);
  }
}

TEST(Update, KeepsAnOutputOnlyPartOfAMessageThatIsReplaced) {
  constexpr std::array<std::string_view, 1> kSecret = {"webhook.secret"};
  Endpoint endpoint;
  endpoint.mutable_webhook()->set_uri("https://old.example/");
  endpoint.mutable_webhook()->set_secret("whsec_old");
  Endpoint from;
  from.mutable_webhook()->set_uri("https://new.example/");
  from.mutable_webhook()->set_secret("whsec_new");
  ASSERT_THAT(ApplyUpdate(from, Mask({"webhook"}), kSecret, &endpoint), IsOk());
  EXPECT_EQ(endpoint.webhook().uri(), "https://new.example/");
  EXPECT_EQ(endpoint.webhook().secret(), "whsec_old");
}

TEST(Update, NamesEveryPathThatDoesNotExistAndChangesNothing) {
  Cluster from;
  from.set_title("New title");
  Cluster cluster = Stored();
  const absl::Status status =
      ApplyUpdate(from, Mask({"title", "titel", "seat.town", "former_titles.x"}), kState, &cluster);
  EXPECT_THAT(status, HasFieldError("update_mask"));
  for (const char* part : {"'titel'", "'seat.town'", "'former_titles.x'", "title, acronym"}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(part));
  }
  EXPECT_EQ(cluster.title(), "Old title");
}

TEST(Update, RefusesAStarAmongOtherPathsAndTooManyPaths) {
  Cluster cluster;
  EXPECT_THAT(ApplyUpdate(Cluster(), Mask({"*", "title"}), kState, &cluster),
              HasFieldError("update_mask"));
  FieldMask many;
  for (int i = 0; i < 101; ++i) many.add_paths("title");
  EXPECT_THAT(ApplyUpdate(Cluster(), many, kState, &cluster), HasFieldError("update_mask"));
}

TEST(Create, StartsWithoutWhatIsOutputOnly) {
  Cluster cluster = Stored();
  ClearOutputOnly(kState, &cluster);
  EXPECT_EQ(cluster.name(), "");
  EXPECT_EQ(cluster.etag(), "");
  EXPECT_EQ(cluster.state(), Cluster::STATE_UNSPECIFIED);
  EXPECT_EQ(cluster.title(), "Old title");
}

}  // namespace
}  // namespace clusterwire::resource
