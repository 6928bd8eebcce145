#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/config/program.h"

namespace clusterwire::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

absl::StatusOr<Flags> Parse(const std::vector<const char*>& arguments) {
  return ParseFlags(arguments);
}

TEST(FlagsTest, ValuesStandBehindASpaceOrAnEqualsSign) {
  const auto flags =
      Parse({"--config", "a.textproto", "--set=x.y=1", "--set", "z=2", "--check_config"});
  ASSERT_THAT(flags, IsOk());
  EXPECT_EQ(flags->config, "a.textproto");
  EXPECT_THAT(flags->set, ElementsAre("x.y=1", "z=2"));
  EXPECT_TRUE(flags->check_config);
  EXPECT_FALSE(flags->help);
  EXPECT_TRUE(Parse({"--help"})->help);
  EXPECT_TRUE(Parse({"--version"})->version);
  EXPECT_THAT(Parse({}), IsOk());
}

TEST(FlagsTest, WhatIsNoFlagIsNamedWithWhatWasMeant) {
  EXPECT_THAT(Parse({"--confg=a"}), StatusIs(absl::StatusCode::kInvalidArgument,
                                             HasSubstr("no flag --confg; did you mean --config")));
  EXPECT_THAT(Parse({"--nonsense"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--help lists")));
  EXPECT_THAT(Parse({"a.textproto"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("'a.textproto' is no flag")));
  EXPECT_THAT(Parse({"--config"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--config lacks its value")));
  EXPECT_THAT(Parse({"--help=yes"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("takes no value")));
}

TEST(FlagsTest, TheUsageNamesEveryFlag) {
  const std::string usage = Usage("clusterwire-catalogue", "Keeps the record.");
  for (const char* flag : {"--config", "--set", "--check_config", "--help", "--version"}) {
    EXPECT_THAT(usage, HasSubstr(flag));
  }
}

}  // namespace
}  // namespace clusterwire::config
