#include "libs/kafka/partitioner.h"

#include <string>

#include <gmock/gmock.h>

#include "libs/base/random.h"
#include "libs/base/testing/seed.h"
#include "libs/kafka/handles.h"

namespace clusterwire::kafka {
namespace {

TEST(PartitionerTest, HashesLikeKafkasOwnTestOfItsJavaClient) {
  const auto hash = [](std::string_view key) { return static_cast<int32_t>(Murmur2(key)); };
  EXPECT_EQ(hash("21"), -973932308);
  EXPECT_EQ(hash("foobar"), -790332482);
  EXPECT_EQ(hash("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(hash("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(hash("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
  EXPECT_EQ(hash("abc"), 479470107);
}

TEST(PartitionerTest, AgreesWithLibrdkafkaOnRandomKeys) {
  SeededRandom random(TestSeed());
  for (int round = 0; round < 2000; ++round) {
    const std::string key = RandomBytes(random, random.Below(40));
    const auto count = static_cast<int32_t>(1 + random.Below(50));
    EXPECT_EQ(
        PartitionFor(key, count),
        rd_kafka_msg_partitioner_murmur2(nullptr, key.data(), key.size(), count, nullptr, nullptr))
        << testing::PrintToString(key) << " over " << count;
  }
}

}  // namespace
}  // namespace clusterwire::kafka
