#include "libs/resource/update_mask.h"

#include <array>

#include "google/rpc/error_details.pb.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/notification/v1/subscriber.pb.h"
#include "clusterwire/notification/v1/subscription.pb.h"

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

TEST(Update, OfANamedMessageReplacesItWhole) {
  Cluster from;
  from.mutable_seat()->set_city("Leipzig");
  Cluster cluster = Stored();
  ASSERT_THAT(ApplyUpdate(from, Mask({"seat"}), kState, &cluster), IsOk());
  EXPECT_EQ(cluster.seat().city(), "Leipzig");
  EXPECT_EQ(cluster.seat().country(), "");
}

TEST(Update, WithoutAMaskLeavesWhatStandsBesideASetFieldInsideAMessage) {
  Cluster cluster = Stored();
  cluster.mutable_members()->set_total(120);
  cluster.mutable_members()->set_smes(80);
  Cluster from;
  from.mutable_members()->set_smes(0);  // set, since the field can be absent
  from.mutable_seat()->set_city("Leipzig");
  ASSERT_THAT(ApplyUpdate(from, {}, kState, &cluster), IsOk());
  EXPECT_EQ(cluster.members().total(), 120);
  EXPECT_TRUE(cluster.members().has_smes());
  EXPECT_EQ(cluster.members().smes(), 0);
  EXPECT_EQ(cluster.seat().city(), "Leipzig");
  EXPECT_EQ(cluster.seat().country(), "DE");
}

TEST(Update, WithoutAMaskClearsNothingByAnEmptyMessage) {
  Cluster from;
  from.mutable_seat();
  from.mutable_members();
  Cluster cluster = Stored();
  ASSERT_THAT(ApplyUpdate(from, {}, kState, &cluster), IsOk());
  EXPECT_EQ(cluster.seat().city(), "Dresden");
}

TEST(Update, WithoutAMaskTakesAPointWholeSinceZeroIsALongitudeToo) {
  Cluster cluster = Stored();
  cluster.mutable_seat()->mutable_point()->set_latitude(51.05);
  cluster.mutable_seat()->mutable_point()->set_longitude(13.74);
  Cluster from;
  from.mutable_seat()->mutable_point()->set_latitude(51.48);
  from.mutable_seat()->mutable_point()->set_longitude(0);
  ASSERT_THAT(ApplyUpdate(from, {}, kState, &cluster), IsOk());
  EXPECT_EQ(cluster.seat().point().latitude(), 51.48);
  EXPECT_EQ(cluster.seat().point().longitude(), 0);
  EXPECT_EQ(cluster.seat().city(), "Dresden");
}

TEST(Update, WithoutAMaskReplacesListsOfMessagesAndMapsWhole) {
  Cluster cluster = Stored();
  cluster.add_external_ids()->set_id("old");
  Cluster from;
  from.add_external_ids()->set_scheme("eccp");
  ASSERT_THAT(ApplyUpdate(from, {}, kState, &cluster), IsOk());
  ASSERT_EQ(cluster.external_ids_size(), 1);
  EXPECT_EQ(cluster.external_ids(0).id(), "");

  google::rpc::ErrorInfo info;
  (*info.mutable_metadata())["a"] = "1";
  info.set_domain("kept");
  google::rpc::ErrorInfo next;
  (*next.mutable_metadata())["b"] = "2";
  ASSERT_THAT(ApplyUpdate(next, {}, {}, &info), IsOk());
  EXPECT_EQ(info.metadata().size(), 1u);
  EXPECT_TRUE(info.metadata().contains("b"));
  EXPECT_EQ(info.domain(), "kept");
}

TEST(Update, WithoutAMaskEntersTheMemberOfAOneofAndReplacesAnother) {
  Endpoint endpoint;
  endpoint.mutable_webhook()->set_uri("https://old.example/");
  endpoint.mutable_webhook()->set_secret("whsec_old");
  Endpoint from;
  from.mutable_webhook()->set_uri("https://new.example/");
  ASSERT_THAT(ApplyUpdate(from, {}, {}, &endpoint), IsOk());
  EXPECT_EQ(endpoint.webhook().uri(), "https://new.example/");
  EXPECT_EQ(endpoint.webhook().secret(), "whsec_old");
  from.mutable_inbox();
  ASSERT_THAT(ApplyUpdate(from, {}, {}, &endpoint), IsOk());
  EXPECT_TRUE(endpoint.has_inbox());
}

TEST(Update, WithoutAMaskNarrowsAFilterWithoutWideningIt) {
  notification::v1::Subscription subscription;
  subscription.mutable_filter()->add_types("label");
  subscription.mutable_filter()->add_regions("nuts:DED");
  subscription.mutable_filter()->mutable_size()->set_min(10);
  notification::v1::Subscription from;
  from.mutable_filter()->add_types("cluster");
  from.mutable_filter()->mutable_size()->set_max(20);
  ASSERT_THAT(ApplyUpdate(from, {}, {}, &subscription), IsOk());
  EXPECT_THAT(subscription.filter().types(), ElementsAre("cluster"));
  EXPECT_THAT(subscription.filter().regions(), ElementsAre("nuts:DED"));
  EXPECT_EQ(subscription.filter().size().min(), 10);
  EXPECT_EQ(subscription.filter().size().max(), 20);
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
