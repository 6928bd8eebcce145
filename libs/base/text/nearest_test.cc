#include "libs/base/text/nearest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterwire {
namespace {

TEST(Nearest, TheNearestIsTheOneWithTheFewestEdits) {
  const std::vector<std::string> names = {"brokers", "batch", "topic"};
  EXPECT_EQ(Nearest("brokrs", names), "brokers");
  EXPECT_EQ(Nearest("tpoic", names), "topic");
  EXPECT_EQ(Nearest("batch", names), "batch");
}

TEST(Nearest, WhatIsFarFromAllIsNearToNone) {
  EXPECT_EQ(Nearest("listen", {"brokers", "batch"}), "");
  EXPECT_EQ(Nearest("", {"brokers"}), "");
  EXPECT_EQ(Nearest(std::string(100'000, 'b'), {"brokers"}), "");
}

}  // namespace
}  // namespace clusterwire
