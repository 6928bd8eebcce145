#include <set>

#include <gmock/gmock.h>

#include "libs/base/testing/seed.h"

namespace clusterwire {
namespace {

TEST(RandomTest, TheSameSeedGivesTheSameNumbers) {
  SeededRandom a(7);
  SeededRandom b(7);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.Next(), b.Next());
}

TEST(RandomTest, IdsAreFitForResourceNamesAndDoNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = RandomId(Random::System());
    EXPECT_THAT(id, ::testing::MatchesRegex("[0-9a-z]{26}"));
    EXPECT_TRUE(seen.insert(id).second);
  }
}

TEST(RandomTest, BytesHaveTheLengthAskedFor) {
  EXPECT_EQ(RandomBytes(Random::System(), 24).size(), 24u);
  EXPECT_EQ(RandomBytes(Random::System(), 0).size(), 0u);
}

}  // namespace
}  // namespace clusterwire
