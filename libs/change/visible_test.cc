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

}  // namespace
}  // namespace clusterwire::change
