#include "libs/kafka/producer.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "librdkafka/rdkafka.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/kafka/testing/mock_kafka.h"
#include "libs/kafka/topic_reader.h"

namespace clusterwire::kafka {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr int16_t kProduceRequest = 0;

class ProducerTest : public testing::Test {
 protected:
  ProducerTest() { kafka_.CreateTopic("changes", 2); }

  std::unique_ptr<Producer> NewProducer() {
    auto producer = Producer::Create(kafka_.Options());
    EXPECT_THAT(producer, IsOk());
    return *std::move(producer);
  }
  static std::vector<Message> Batch(int count) {
    std::vector<Message> batch;
    for (int i = 0; i < count; ++i) {
      batch.push_back({{"changes", i % 2}, "key", absl::StrCat("value ", i), {{"n", "v"}}});
    }
    return batch;
  }
  std::vector<std::string> ValuesOf(int32_t partition) {
    auto reader = TopicReader::Create(kafka_.Options());
    EXPECT_THAT(reader, IsOk());
    std::vector<std::string> values;
    for (int64_t offset = 0;; ++offset) {
      auto message = (*reader)->ReadAt({"changes", partition}, offset, kPatience);
      EXPECT_THAT(message, IsOk());
      if (!message.ok() || !*message) return values;
      values.push_back((**message).value);
    }
  }

  MockKafka kafka_;
};

TEST_F(ProducerTest, WhatIsAcknowledgedIsInTheLogInOrder) {
  const auto producer = NewProducer();
  ASSERT_THAT(producer->Send(Batch(5), kPatience), IsOk());
  EXPECT_EQ(producer->acknowledged().at({"changes", 0}).first, 0);
  EXPECT_EQ(producer->acknowledged().at({"changes", 0}).last, 2);
  EXPECT_EQ(producer->acknowledged().at({"changes", 1}).last, 1);
  EXPECT_THAT(ValuesOf(0), testing::ElementsAre("value 0", "value 2", "value 4"));
  EXPECT_THAT(ValuesOf(1), testing::ElementsAre("value 1", "value 3"));
}

TEST_F(ProducerTest, KeyValueAndHeadersArriveAsTheyAre) {
  const std::string binary("\0\xff key", 6);
  const Message message{{"changes", 1}, binary, binary, {{"a", binary}, {"a", "again"}, {"b", ""}}};
  ASSERT_THAT(NewProducer()->Send({&message, 1}, kPatience), IsOk());
  auto reader = TopicReader::Create(kafka_.Options());
  ASSERT_THAT(reader, IsOk());
  auto tail = (*reader)->Tail(
      "changes", [](const ReceivedMessage&) { return true; }, kPatience);
  ASSERT_THAT(tail, IsOkAndHolds(testing::SizeIs(1)));
  EXPECT_EQ(tail->front().key, binary);
  EXPECT_EQ(tail->front().value, binary);
  EXPECT_EQ(tail->front().headers, message.headers);
  EXPECT_EQ(FindHeader(tail->front().headers, "a"), "again");
  EXPECT_EQ(FindHeader(tail->front().headers, "c"), std::nullopt);
  EXPECT_GT(tail->front().time, absl::UnixEpoch());
}

TEST_F(ProducerTest, RetriableErrorsLeaveNoDuplicateAndNoGap) {
  kafka_.FailRequests(kProduceRequest, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT});
  ASSERT_THAT(NewProducer()->Send(Batch(6), kPatience), IsOk());
  EXPECT_THAT(ValuesOf(0), testing::ElementsAre("value 0", "value 2", "value 4"));
  EXPECT_THAT(ValuesOf(1), testing::ElementsAre("value 1", "value 3", "value 5"));
}

TEST_F(ProducerTest, ABatchIsKeptWhileTheBrokerIsAway) {
  const auto producer = NewProducer();
  ASSERT_THAT(producer->Send(Batch(2), kPatience), IsOk());
  kafka_.SetDown();
  EXPECT_THAT(producer->Send(Batch(2), absl::Milliseconds(200)),
              testing::AllOf(ReasonIs("STILL_SENDING"),
                             StatusIs(absl::StatusCode::kUnavailable, testing::HasSubstr("2 "))));
  EXPECT_THAT(producer->Send(Batch(2), absl::ZeroDuration()),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  kafka_.SetUp();
  ASSERT_THAT(producer->Await(kPatience), IsOk());
  EXPECT_THAT(ValuesOf(0), testing::ElementsAre("value 0", "value 0"));
}

TEST_F(ProducerTest, AStopEndsTheWaitLongBeforeItsTime) {
  kafka_.SetDown();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(NewProducer()->Send(Batch(1), absl::Hours(1), stop.get_token()),
              ReasonIs("STILL_SENDING"));
}

TEST_F(ProducerTest, AfterAFatalErrorEveryCallAsksForANewProducer) {
  const auto producer = NewProducer();
  kafka_.FailRequests(kProduceRequest, {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH});
  const absl::Status status = producer->Send(Batch(1), kPatience);
  EXPECT_TRUE(NeedsNewClient(status)) << status;
  EXPECT_TRUE(NeedsNewClient(producer->Await(kPatience)));
  EXPECT_TRUE(NeedsNewClient(producer->Send(Batch(1), kPatience)));
  EXPECT_THAT(NewProducer()->Send(Batch(1), kPatience), IsOk());
  EXPECT_THAT(ValuesOf(0), testing::ElementsAre("value 0"));
}

TEST_F(ProducerTest, AMessageThatIsTooLargeIsNamed) {
  const Message message{{"changes", 1}, "key", std::string(2'000'000, 'x'), {}};
  EXPECT_THAT(NewProducer()->Send({&message, 1}, kPatience),
              StatusIs(absl::StatusCode::kInvalidArgument, testing::HasSubstr("changes[1]")));
}

TEST_F(ProducerTest, ABatchAboveTheLimitIsRefusedAndBreaksNothing) {
  const auto producer = NewProducer();
  EXPECT_THAT(producer->Send(Batch(Producer::kMaxMessages + 1), kPatience),
              ReasonIs("BATCH_TOO_LARGE"));
  EXPECT_THAT(producer->Send(Batch(1), kPatience), IsOk());
}

TEST(ProducerConfigTest, UnknownAndProtectedPropertiesAreNamed) {
  EXPECT_THAT(Producer::Create({.brokers = "x:1", .config = {{"linger", "5"}}}),
              HasFieldError("kafka.config[linger]"));
  EXPECT_THAT(Producer::Create({.brokers = "x:1", .config = {{"enable.idempotence", "false"}}}),
              HasFieldError("kafka.config[enable.idempotence]"));
  EXPECT_THAT(Producer::Create({.brokers = ""}), HasFieldError("kafka.brokers"));
}

}  // namespace
}  // namespace clusterwire::kafka
