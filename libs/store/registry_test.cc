#include "libs/store/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/store/testing/clubs.h"

namespace clusterwire::store {
namespace {

using testing::Badge;
using testing::Club;

std::vector<ResourceType> Two(std::string pattern, std::string type = "badge") {
  std::vector<ResourceType> types;
  types.push_back(MakeType<Club>("club", "clubs/{club}"));
  types.push_back(MakeType<Badge>(std::move(type), std::move(pattern)));
  return types;
}

TEST(RegistryTest, ATypeIsFoundByNameTypeAndMessage) {
  const Registry registry = testing::ClubRegistry();
  EXPECT_EQ(registry.ForName("clubs/a")->type, "club");
  EXPECT_EQ(registry.ForName("clubs/a/badges/b")->type, "badge");
  EXPECT_EQ(registry.ForType("badge"), registry.ForMessage(Badge()));
}

TEST(RegistryTest, ANameOfNoTypeIsFoundNowhere) {
  const Registry registry = testing::ClubRegistry();
  for (const char* name : {"", "clubs", "clubs/", "clubs/a/", "/a", "clubs/a/badges", "nothing/a",
                           "badges/a", "clubs//badges/b", "clubs/a/badges/b/c/d"}) {
    EXPECT_EQ(registry.ForName(name), nullptr) << name;
  }
}

TEST(RegistryTest, TypesThatCollideAreRefused) {
  EXPECT_THAT(Registry::Create(Two("clubs/{club}/badges/{badge}")), IsOk());
  EXPECT_THAT(Registry::Create(Two("clubs/{other}")),
              StatusIs(absl::StatusCode::kInvalidArgument, ::testing::HasSubstr("badge")));
  EXPECT_THAT(Registry::Create(Two("badges/{badge}", "club")),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(RegistryTest, APatternNeedsPairsOfCollectionAndId) {
  EXPECT_THAT(Registry::Create(Two("badges")),
              StatusIs(absl::StatusCode::kInvalidArgument, ::testing::HasSubstr("'badges'")));
}

TEST(RegistryTest, AMessageWithoutTheFieldsOfAResourceIsRefused) {
  ResourceType type;
  type.type = "timestamp";
  type.pattern = "timestamps/{timestamp}";
  type.prototype = &google::protobuf::Timestamp::default_instance();
  std::vector<ResourceType> types = {type};
  EXPECT_THAT(Registry::Create(std::move(types)),
              StatusIs(absl::StatusCode::kInvalidArgument, ::testing::HasSubstr("etag")));
}

TEST(RegistryTest, RootAndParentOfNames) {
  EXPECT_EQ(RootOf("clubs/a"), "clubs/a");
  EXPECT_EQ(RootOf("clubs/a/badges/b"), "clubs/a");
  EXPECT_EQ(ParentOf("clubs/a/badges/b"), "clubs/a");
  EXPECT_EQ(ParentOf("clubs/a"), "");
  EXPECT_EQ(ParentOf("clubs"), "");
}

TEST(RegistryTest, WhatAResourceHasOneOfLiesUnderIt) {
  EXPECT_EQ(ParentOf("programmes/p/memberships/m/standing"), "programmes/p/memberships/m");
  EXPECT_EQ(ParentOf("programmes/p/memberships/m"), "programmes/p");
  EXPECT_EQ(ParentOf("programmes/p"), "");
  EXPECT_EQ(RootOf("programmes/p/memberships/m/standing"), "programmes/p");
}

}  // namespace
}  // namespace clusterwire::store
