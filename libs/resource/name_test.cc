#include "libs/resource/name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::resource {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr NamePattern kLabel("clusters/{cluster}/labels/{label}");

TEST(NamePattern, GivesTheIdsOfAName) {
  const auto ids = kLabel.Parse("clusters/silicon-saxony/labels/ecei-silver-2024");
  ASSERT_TRUE(ids.has_value());
  EXPECT_THAT(*ids, ElementsAre("silicon-saxony", "ecei-silver-2024"));
}

TEST(NamePattern, TakesNothingElse) {
  for (const char* name :
       {"", "clusters/x", "clusters/x/labels", "clusters/x/labels/", "clusters/X/labels/y",
        "clusters/-/labels/y", "clusters/x/members/y", "clusters/x/labels/y/", "/clusters/x"}) {
    EXPECT_FALSE(kLabel.Matches(name)) << name;
  }
}

TEST(NamePattern, SaysWhatANameLooksLike) {
  EXPECT_THAT(kLabel.Check("name", "clusters/x/labels/y"), IsOk());
  EXPECT_THAT(kLabel.Check("name", "labels/y"), HasFieldError("name"));
  EXPECT_THAT(kLabel.Check("parent", "").message(), HasSubstr("is required"));
  EXPECT_THAT(kLabel.Check("name", "labels/y").message(),
              HasSubstr("clusters/{cluster}/labels/{label}"));
}

}  // namespace
}  // namespace clusterwire::resource
