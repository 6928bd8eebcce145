#include <gtest/gtest.h>

#include "libs/change/record.h"

namespace clusterwire::change {
namespace {

v1::ResourceChanged Published() {
  v1::ResourceChanged record;
  record.set_name("clusters/x");
  record.mutable_before()->set_name("clusters/x");
  record.mutable_before()->mutable_audience();
  record.mutable_after()->set_name("clusters/x");
  record.mutable_cluster()->set_name("clusters/x");
  return record;
}

TEST(CutToTest, PublishingADraftShowsThePublicNoImageBefore) {
  v1::ResourceChanged record = Published();
  CutTo(filter::Viewer::Public(), &record);
  EXPECT_FALSE(record.has_before());
  EXPECT_TRUE(record.has_after());
  EXPECT_TRUE(record.has_cluster());
}

TEST(CutToTest, HidingAResourceShowsThePublicNeitherImageAfterNorResource) {
  v1::ResourceChanged record = Published();
  record.mutable_before()->clear_audience();
  record.mutable_after()->mutable_audience()->add_members("programmes/go-cluster");
  CutTo(filter::Viewer::Public(), &record);
  EXPECT_TRUE(record.has_before());
  EXPECT_FALSE(record.has_after());
  EXPECT_FALSE(record.has_cluster());
}

TEST(CutToTest, AnOperatorSeesAll) {
  v1::ResourceChanged record = Published();
  CutTo(filter::Viewer::Operator(), &record);
  EXPECT_TRUE(record.has_before());
  EXPECT_TRUE(record.has_after());
  EXPECT_TRUE(record.has_cluster());
}

// A draft that is shown to the offices of two programmes.
v1::ResourceChanged Shown() {
  v1::ResourceChanged record;
  record.set_name("clusters/draft");
  record.set_kind("cluster.shown");
  for (type::v1::Facts* image : {record.mutable_before(), record.mutable_after()}) {
    image->mutable_audience()->add_members("clusters/draft");
    image->mutable_audience()->add_members("programmes/one");
  }
  record.mutable_after()->mutable_audience()->add_members("programmes/two");
  record.mutable_cluster()->set_name("clusters/draft");
  record.mutable_cluster()->add_shown_to("programmes/one");
  record.mutable_cluster()->add_shown_to("programmes/two");
  return record;
}

TEST(CutToTest, ThatADraftIsShownToAnotherOfficeIsNoChangeToTheFirst) {
  v1::ResourceChanged record = Shown();
  CutTo(filter::Viewer::As("programmes/one"), &record);
  EXPECT_FALSE(record.has_before());
  EXPECT_FALSE(record.has_after());
  EXPECT_FALSE(record.has_cluster());
}

TEST(CutToTest, AnOfficeSeesOfThoseWhoSeeADraftItselfAlone) {
  v1::ResourceChanged record = Shown();
  record.clear_before();
  record.set_kind("cluster.updated");
  CutTo(filter::Viewer::As("programmes/two"), &record);
  EXPECT_EQ(record.after().audience().members_size(), 1);
  ASSERT_EQ(record.cluster().shown_to_size(), 1);
  EXPECT_EQ(record.cluster().shown_to(0), "programmes/two");
}

TEST(CutToTest, TheTeamSeesToWhomItsDraftIsShown) {
  v1::ResourceChanged record = Shown();
  CutTo(filter::Viewer::As("clusters/draft"), &record);
  EXPECT_TRUE(record.has_before());
  EXPECT_EQ(record.cluster().shown_to_size(), 2);
}

}  // namespace
}  // namespace clusterwire::change
