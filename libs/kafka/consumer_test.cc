#include "libs/kafka/consumer.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/kafka/producer.h"
#include "libs/kafka/testing/mock_kafka.h"
#include "libs/kafka/testing/positions.h"

namespace clusterwire::kafka {
namespace {

using testing::ElementsAre;

constexpr absl::Duration kPatience = absl::Seconds(30);

// The stub lets a first member wait for three seconds, so few tests here; the rest of what a
// consumer promises is tested with a real broker.
class ConsumerTest : public testing::Test {
 protected:
  ConsumerTest() {
    kafka_.CreateTopic("changes", 1);
    std::vector<Message> batch;
    for (int i = 0; i < 5; ++i) batch.push_back({{"changes", 0}, "k", absl::StrCat(i), {}});
    auto producer = Producer::Create(kafka_.Options());
    EXPECT_THAT(producer, IsOk());
    EXPECT_THAT((*producer)->Send(batch, kPatience), IsOk());
  }
  Consumer::Options ConsumerOptions() {
    return {kafka_.GroupOptions(), "group", {"changes"}, &positions_};
  }

  MockKafka kafka_;
  Positions positions_;
};

TEST_F(ConsumerTest, StartsWhereTheHookSaysAndReadsInOrder) {
  positions_.next[{"changes", 0}] = 2;
  auto consumer = Consumer::Create(ConsumerOptions());
  ASSERT_THAT(consumer, IsOk());
  EXPECT_THAT(ReadValues(**consumer, 3, kPatience), ElementsAre("2", "3", "4"));
  EXPECT_THAT((*consumer)->assigned(), ElementsAre(TopicPartition{"changes", 0}));
  const auto lag = (*consumer)->lag();
  ASSERT_THAT(lag, testing::SizeIs(1));
  EXPECT_EQ(lag[0].position, 5);
  EXPECT_EQ(lag[0].end, 5);
  consumer->reset();
  EXPECT_THAT(positions_.revoked, ElementsAre(TopicPartition{"changes", 0}));
}

TEST_F(ConsumerTest, AHookThatFailsIsAskedAgainAndNothingIsSkipped) {
  positions_.failures = 2;
  auto consumer = Consumer::Create(ConsumerOptions());
  ASSERT_THAT(consumer, IsOk());
  int failed = 0;
  std::vector<std::string> values;
  const absl::Time deadline = absl::Now() + kPatience;
  while (values.size() < 5 && absl::Now() < deadline) {
    auto batch = (*consumer)->Poll(10, absl::Seconds(1));
    if (!batch.ok()) {
      EXPECT_THAT(batch, StatusIs(absl::StatusCode::kUnavailable, "database is away"));
      EXPECT_THAT((*consumer)->assigned(), testing::IsEmpty());
      ++failed;
    } else {
      for (const auto& message : batch->messages) values.push_back(message.value);
    }
  }
  EXPECT_EQ(failed, 2);
  EXPECT_THAT(values, ElementsAre("0", "1", "2", "3", "4"));
}

TEST_F(ConsumerTest, ABrokerThatFellSilentHoldsUpNoEnd) {
  auto consumer = Consumer::Create(ConsumerOptions());
  ASSERT_THAT(consumer, IsOk());
  EXPECT_THAT(ReadValues(**consumer, 5, kPatience), testing::SizeIs(5));
  EXPECT_THAT((*consumer)->Store({"changes", 0}, 5), IsOk());
  kafka_.FallSilent();
  const absl::Time before = absl::Now();
  consumer->reset();
  EXPECT_LT(absl::Now() - before, absl::Seconds(5));
}

TEST(ConsumerConfigTest, WhatItsPromisesRestOnCanNotBeChanged) {
  Positions positions;
  EXPECT_THAT(Consumer::Create({{.brokers = "x:1", .config = {{"auto.offset.reset", "latest"}}},
                                "group",
                                {"t"},
                                &positions}),
              HasFieldError("kafka.config[auto.offset.reset]"));
  EXPECT_THAT(Consumer::Create({{.brokers = "x:1"}, "group", {"t"}, nullptr}),
              HasFieldError("kafka.consumer"));
}

}  // namespace
}  // namespace clusterwire::kafka
