// What transactions leave in a log, by whomever: on a real broker, since the stub writes no
// markers.
#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/kafka/testing/real_kafka_fixture.h"

namespace clusterwire::kafka {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using End = RealKafka::End;

class TransactionsTest : public RealKafkaTest {
 protected:
  void Transact(int32_t partition, const std::vector<std::string>& values, End end) {
    ASSERT_THAT(kafka_->SendInTransaction({topic_, partition}, values, end), IsOk());
  }
  // The values of the tail.
  std::vector<std::string> Tail(const TopicReader::Wanted& wanted = [](const ReceivedMessage&) {
    return true;
  }) {
    const auto tail = reader_->Tail(topic_, wanted, kPatience);
    EXPECT_THAT(tail, IsOk());
    std::vector<std::string> values;
    for (const ReceivedMessage& message : tail.value_or(std::vector<ReceivedMessage>())) {
      values.push_back(message.value);
    }
    return values;
  }
};

TEST_F(TransactionsTest, BehindTheMarkerOfACommittedTransactionItsLastMessageIsTheTail) {
  CreateTopic(1);
  Produce(0, 2);
  Transact(0, {"a", "b"}, End::kCommit);
  EXPECT_THAT(Tail(), ElementsAre("b"));
}

TEST_F(TransactionsTest, TheTailStepsBackOverWhatWasAborted) {
  CreateTopic(2);
  Produce(0, 3);
  Transact(0, std::vector<std::string>(100, "aborted"), End::kAbort);
  Transact(0, {"aborted"}, End::kAbort);
  Transact(1, {"aborted"}, End::kAbort);
  EXPECT_THAT(Tail(), ElementsAre("2")) << "a partition with nothing but aborted has none";
}

TEST_F(TransactionsTest, TheTailStepsBackOverWhatIsNotWanted) {
  CreateTopic(1);
  Produce(0, 3);
  Transact(0, std::vector<std::string>(50, "foreign"), End::kCommit);
  EXPECT_THAT(Tail([](const ReceivedMessage& message) { return message.value == "1"; }),
              ElementsAre("1"));
  EXPECT_THAT(Tail([](const ReceivedMessage&) { return false; }), IsEmpty());
}

TEST_F(TransactionsTest, WhatStandsBehindAnOpenTransactionIsTheTail) {
  CreateTopic(1);
  Produce(0, 1);
  Transact(0, {"open"}, End::kOpen);
  Produce(0, 3);
  EXPECT_THAT(Tail([](const ReceivedMessage& message) { return message.value != "open"; }),
              ElementsAre("2"));
}

TEST_F(TransactionsTest, AtAMarkerStandsNoMessageAndNobodyWaitsForOne) {
  CreateTopic(1);
  Produce(0, 1);
  Transact(0, {"aborted"}, End::kAbort);
  for (const int64_t offset : {1, 2, 3}) {
    const absl::Time begun = absl::Now();
    EXPECT_THAT(reader_->ReadAt({topic_, 0}, offset, kPatience),
                IsOkAndHolds(testing::Eq(std::nullopt)))
        << offset;
    EXPECT_LT(absl::Now() - begun, kPatience / 3) << offset;
  }
  const auto before = reader_->ReadAt({topic_, 0}, 0, kPatience);
  ASSERT_THAT(before, IsOk());
  EXPECT_TRUE(before->has_value());
}

TEST_F(TransactionsTest, WhoHasReadUpToAMarkerHasNoLag) {
  CreateTopic(2);
  Produce(0, 1);
  Transact(0, {"aborted"}, End::kAbort);
  Transact(1, {"aborted"}, End::kAbort);
  Positions positions;
  auto consumer = Consumer::Create(ConsumerOptions(positions));
  ASSERT_THAT(consumer, IsOk());
  ASSERT_THAT(ReadValues(**consumer, 1, kPatience), ElementsAre("0"));
  const absl::Time deadline = absl::Now() + kPatience;
  std::vector<int64_t> lags;
  do {
    ASSERT_THAT((*consumer)->Poll(10, absl::Milliseconds(100)), IsOk());
    lags.clear();
    for (const Consumer::Lag& lag : (*consumer)->lag()) lags.push_back(lag.end - lag.position);
  } while (lags != std::vector<int64_t>{0, 0} && absl::Now() < deadline);
  EXPECT_THAT(lags, ElementsAre(0, 0));
}

TEST_F(TransactionsTest, TheEndIsWhereTheNextMessageWillStand) {
  CreateTopic(2);
  Produce(1, 2);
  EXPECT_THAT(reader_->Ends(topic_, kPatience), IsOkAndHolds(ElementsAre(0, 2)));
  Transact(1, {"open"}, End::kOpen);
  EXPECT_THAT(reader_->Ends(topic_, kPatience), IsOkAndHolds(ElementsAre(0, 3)));
  EXPECT_THAT(reader_->Ends("no-such-topic", kPatience), ReasonIs("KAFKA_TOPIC_UNKNOWN"));
}

}  // namespace
}  // namespace clusterwire::kafka
