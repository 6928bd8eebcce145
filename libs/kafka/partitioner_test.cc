#include <limits>

#include <gmock/gmock.h>

#include "libs/kafka/message.h"

namespace clusterwire::kafka {
namespace {

TEST(PartitionerTest, HashesLikeKafkasOwnTestOfItsJavaClient) {
  constexpr int32_t kMany = std::numeric_limits<int32_t>::max();
  const auto expect = [](std::string_view key, int32_t hash) {
    EXPECT_EQ(PartitionFor(key, kMany), (hash & kMany) % kMany) << key;
    EXPECT_EQ(PartitionFor(key, 8), (hash & kMany) % 8) << key;
  };
  expect("21", -973932308);
  expect("foobar", -790332482);
  expect("a-little-bit-long-string", -985981536);
  expect("a-little-bit-longer-string", -1486304829);
  expect("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971);
  expect("abc", 479470107);
}

}  // namespace
}  // namespace clusterwire::kafka
