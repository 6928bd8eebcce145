// What the stub can't show or lies about, on a real broker.
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include <gmock/gmock.h>

#include "libs/base/crypto.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/kafka/testing/real_kafka_fixture.h"

namespace clusterwire::kafka {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const TopicReader::Wanted kAny = [](const ReceivedMessage&) { return true; };

TEST_F(RealKafkaTest, ATopicIsCreatedOnceAndDescribed) {
  EXPECT_THAT(admin_->DescribeTopic(topic_, kPatience), ReasonIs("KAFKA_TOPIC_UNKNOWN"));
  const TopicSettings settings{.name = topic_, .partitions = 3, .retention = absl::Hours(48)};
  const auto created = admin_->EnsureTopic(settings, kPatience);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->partitions, 3);
  EXPECT_EQ(created->replication, 1);
  EXPECT_EQ(created->retention, absl::Hours(48));
  EXPECT_EQ(created->config.at("cleanup.policy"), "delete");

  const auto again = admin_->EnsureTopic({.name = topic_, .partitions = 5}, kPatience);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->partitions, 3) << "a topic that is there stays as it is";
  EXPECT_EQ(again->retention, absl::Hours(48));
}

TEST_F(RealKafkaTest, ATopicWithoutRetentionIsKeptForEver) {
  const auto created = admin_->EnsureTopic({.name = topic_}, kPatience);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->retention, absl::InfiniteDuration());
  EXPECT_THAT(admin_->EnsureTopic({.name = "x", .config = {{"no.such", "1"}}}, kPatience),
              StatusIs(absl::StatusCode::kInternal, testing::HasSubstr("no.such")));
  EXPECT_THAT(admin_->CountBrokers(kPatience), IsOkAndHolds(1));
}

TEST_F(RealKafkaTest, TheTailIsTheLastMessageOfEachPartition) {
  EXPECT_THAT(reader_->Tail(topic_, kAny, kPatience), ReasonIs("KAFKA_TOPIC_UNKNOWN"));
  CreateTopic(3);
  EXPECT_THAT(reader_->Tail(topic_, kAny, kPatience), IsOkAndHolds(IsEmpty()));
  Produce(0, 3);
  Produce(2, 5);
  const auto tail = reader_->Tail(topic_, kAny, kPatience);
  ASSERT_THAT(tail, IsOkAndHolds(SizeIs(2)));
  EXPECT_EQ((*tail)[0].value, "2");
  EXPECT_EQ((*tail)[1].from, (TopicPartition{topic_, 2}));
  EXPECT_EQ((*tail)[1].offset, 4);
  EXPECT_EQ((*tail)[1].value, "4");
}

TEST_F(RealKafkaTest, OneMessageIsReadAtItsOffsetAndOnlyThere) {
  CreateTopic(1);
  Produce(0, 3);
  const auto message = reader_->ReadAt({topic_, 0}, 1, kPatience);
  ASSERT_THAT(message, IsOk());
  ASSERT_TRUE(message->has_value());
  EXPECT_EQ((**message).value, "1");
  EXPECT_THAT(reader_->ReadAt({topic_, 0}, 3, kPatience), IsOkAndHolds(testing::Eq(std::nullopt)));
  const auto marks = reader_->GetWatermarks({topic_, 0}, kPatience);
  ASSERT_THAT(marks, IsOk());
  EXPECT_EQ(marks->start, 0);
  EXPECT_EQ(marks->end, 3);
}

TEST_F(RealKafkaTest, OnlyWhatWasStoredIsCommitted) {
  CreateTopic(1);
  Produce(0, 4);
  Positions positions;
  auto first = Consumer::Create(ConsumerOptions(positions));
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(ReadValues(**first, 4, kPatience), ElementsAre("0", "1", "2", "3"));
  ASSERT_THAT((*first)->Store({topic_, 0}, 2), IsOk());
  first->reset();

  positions.next[{topic_, 0}] = kCommitted;
  auto second = Consumer::Create(ConsumerOptions(positions));
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(ReadValues(**second, 2, kPatience), ElementsAre("2", "3"));
}

TEST_F(RealKafkaTest, AnOffsetOutsideTheLogIsAnErrorUntilTheOwnerDecides) {
  CreateTopic(1);
  Produce(0, 2);
  Positions positions;
  positions.next[{topic_, 0}] = 50;
  auto consumer = Consumer::Create(ConsumerOptions(positions));
  ASSERT_THAT(consumer, IsOk());
  Consumer::Batch batch;
  const absl::Time deadline = absl::Now() + kPatience;
  while (batch.errors.empty() && absl::Now() < deadline) {
    auto polled = (*consumer)->Poll(10, absl::Seconds(1));
    ASSERT_THAT(polled, IsOk());
    EXPECT_THAT(polled->messages, IsEmpty());
    batch = *std::move(polled);
  }
  ASSERT_THAT(batch.errors, SizeIs(1));
  EXPECT_EQ(batch.errors[0].partition, (TopicPartition{topic_, 0}));
  EXPECT_THAT(batch.errors[0].status, ReasonIs("KAFKA_OFFSET_OUT_OF_RANGE"));

  ASSERT_THAT((*consumer)->Restart({topic_, 0}, kBeginning), IsOk());
  EXPECT_THAT(ReadValues(**consumer, 2, kPatience), ElementsAre("0", "1"));
}

TEST_F(RealKafkaTest, APartitionGoesOnFromWhereItIsTold) {
  CreateTopic(1);
  Produce(0, 3);
  Positions positions;
  auto consumer = Consumer::Create(ConsumerOptions(positions));
  ASSERT_THAT(consumer, IsOk());
  ASSERT_THAT(ReadValues(**consumer, 3, kPatience), ElementsAre("0", "1", "2"));
  ASSERT_THAT((*consumer)->Restart({topic_, 0}, 1), IsOk());
  Produce(0, 1);
  EXPECT_THAT(ReadValues(**consumer, 3, kPatience), ElementsAre("1", "2", "0"));
}

TEST_F(RealKafkaTest, ASecondMemberTakesItsShareAndTheFirstKeepsTheRest) {
  CreateTopic(4);
  Positions positions;
  auto first = Consumer::Create(ConsumerOptions(positions));
  ASSERT_THAT(first, IsOk());
  const absl::Time deadline = absl::Now() + kPatience;
  while ((*first)->assigned().size() < 4 && absl::Now() < deadline) {
    ASSERT_THAT((*first)->Poll(10, absl::Milliseconds(200)), IsOk());
  }
  ASSERT_THAT((*first)->assigned(), SizeIs(4));

  Positions other;
  auto second = Consumer::Create(ConsumerOptions(other));
  ASSERT_THAT(second, IsOk());
  while ((*second)->assigned().size() < 2 && absl::Now() < deadline) {
    ASSERT_THAT((*first)->Poll(10, absl::Milliseconds(50)), IsOk());
    ASSERT_THAT((*second)->Poll(10, absl::Milliseconds(50)), IsOk());
  }
  EXPECT_THAT((*second)->assigned(), testing::UnorderedElementsAreArray(positions.revoked));
  EXPECT_THAT((*first)->assigned(), SizeIs(2));
  EXPECT_THAT(positions.assigned, SizeIs(4)) << "those that stay are not given again";
  EXPECT_THAT((*first)->Store(positions.revoked.front(), 1), ReasonIs("KAFKA_NOT_ASSIGNED"));

  second->reset();
  while ((*first)->assigned().size() < 4 && absl::Now() < deadline) {
    ASSERT_THAT((*first)->Poll(10, absl::Milliseconds(200)), IsOk());
  }
  EXPECT_THAT((*first)->assigned(), SizeIs(4));
}

TEST_F(RealKafkaTest, AFailingHookLeavesItsPartitionsWaitingOverARebalance) {
  CreateTopic(2);
  Produce(0, 1);
  Produce(1, 1);
  Positions positions;
  positions.failures = 1'000'000;
  auto first = Consumer::Create(ConsumerOptions(positions));
  ASSERT_THAT(first, IsOk());
  const absl::Time deadline = absl::Now() + kPatience;
  int failed = 0;
  while (failed < 3 && absl::Now() < deadline) {
    if (!(*first)->Poll(10, absl::Milliseconds(200)).ok()) ++failed;
  }
  ASSERT_EQ(failed, 3);

  Positions other;
  auto second = Consumer::Create(ConsumerOptions(other));
  ASSERT_THAT(second, IsOk());
  while ((*second)->assigned().empty() && absl::Now() < deadline) {
    (void)(*first)->Poll(10, absl::Milliseconds(50));  // fails again, as its hook does
    ASSERT_THAT((*second)->Poll(0, absl::Milliseconds(50)), IsOk());
    ASSERT_THAT((*second)->Poll(1, absl::Milliseconds(50)), IsOk());
  }
  EXPECT_THAT((*second)->assigned(), SizeIs(1));
  EXPECT_THAT(positions.revoked, IsEmpty()) << "what never started is not revoked";

  positions.failures = 0;
  EXPECT_THAT(ReadValues(**first, 1, kPatience), ElementsAre("0"));
  EXPECT_THAT((*first)->assigned(), SizeIs(1));
}

TEST_F(RealKafkaTest, ABatchSurvivesThePowerCutOfTheBroker) {
  CreateTopic(1, {{"flush.messages", "1"}});
  Produce(0, 1);
  kafka_->Kill();
  const Message message{{topic_, 0}, "key", "late", {}};
  EXPECT_THAT(producer_->Send({&message, 1}, absl::Milliseconds(300)), ReasonIs("STILL_SENDING"));
  EXPECT_TRUE(IsRetriable(admin_->CountBrokers(absl::Milliseconds(300)).status()));
  ASSERT_THAT(kafka_->Restart(), IsOk());
  ASSERT_THAT(producer_->Await(kPatience), IsOk());
  const auto tail = reader_->Tail(topic_, kAny, kPatience);
  ASSERT_THAT(tail, IsOkAndHolds(SizeIs(1)));
  EXPECT_EQ(tail->front().value, "late");
  EXPECT_EQ(tail->front().offset, 1);
}

TEST_F(RealKafkaTest, ADeletedTopicIsReportedToItsReader) {
  CreateTopic(1);
  Produce(0, 1);
  Positions positions;
  auto options = ConsumerOptions(positions);
  options.client.config["topic.metadata.refresh.interval.ms"] = "500";
  auto consumer = Consumer::Create(options);
  ASSERT_THAT(consumer, IsOk());
  ASSERT_THAT(ReadValues(**consumer, 1, kPatience), ElementsAre("0"));
  ASSERT_THAT(kafka_->DeleteTopic(topic_, kPatience), IsOk());
  std::vector<Consumer::PartitionError> errors;
  const absl::Time deadline = absl::Now() + kPatience;
  while (errors.empty() && absl::Now() < deadline) {
    auto polled = (*consumer)->Poll(10, absl::Seconds(1));
    ASSERT_THAT(polled, IsOk());
    errors = std::move(polled->errors);
  }
  ASSERT_THAT(errors, testing::Not(IsEmpty()));
  EXPECT_THAT(errors[0].status, ReasonIs("KAFKA_TOPIC_UNKNOWN"));
}

TEST_F(RealKafkaTest, ReadWholeShowsEveryPartitionToItsEndAndEndsWithItsVisitorsError) {
  CreateTopic(3);
  Produce(0, 5);
  Produce(2, 3);
  std::vector<std::string> seen;
  const auto visit = [&](const ReceivedMessage& message) {
    seen.push_back(absl::StrCat(message.from.partition, ":", message.value));
    return absl::OkStatus();
  };
  ASSERT_THAT(reader_->ReadWhole(topic_, visit, kPatience), IsOk());
  EXPECT_THAT(seen, ElementsAre("0:0", "0:1", "0:2", "0:3", "0:4", "2:0", "2:1", "2:2"));
  const auto refuse = [](const ReceivedMessage&) { return absl::DataLossError("no"); };
  EXPECT_THAT(reader_->ReadWhole(topic_, refuse, kPatience), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(reader_->ReadWhole("absent", visit, kPatience),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(RealKafkaTest, AMillionRecordsAreReadWholeHoweverLongThatTakes) {
  CreateTopic(1);
  constexpr int kBatches = 100;
  std::vector<Message> batch(Producer::kMaxMessages, {.to = {topic_, 0}, .key = "k", .value = "v"});
  for (int i = 0; i < kBatches; ++i) ASSERT_THAT(producer_->Send(batch, kPatience), IsOk());
  size_t seen = 0;
  std::string digest(4096, 'x');
  const auto work = [&](const ReceivedMessage&) {
    ++seen;
    digest.replace(0, 32, Sha256(digest));  // some microseconds
    return absl::OkStatus();
  };
  constexpr absl::Duration kWait = absl::Seconds(2);
  const absl::Time start = absl::Now();
  ASSERT_THAT(reader_->ReadWhole(topic_, work, kWait), IsOk());
  EXPECT_EQ(seen, kBatches * Producer::kMaxMessages);
  EXPECT_GT(absl::Now() - start, kWait) << "else it shows nothing";
}

TEST_F(RealKafkaTest, ACompactedTopicIsMadeOnceAndItsTombstonesHaveNoValue) {
  EXPECT_THAT(admin_->EnsureCompacted(topic_, 1, kPatience), IsOkAndHolds(false));
  EXPECT_THAT(admin_->EnsureCompacted(topic_, 1, kPatience), IsOkAndHolds(true));
  const auto made = admin_->DescribeTopic(topic_, kPatience);
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->cleanup_policy(), "compact");
  EXPECT_EQ(made->partitions, 1);
  EXPECT_EQ(made->config.at("segment.ms"), "3600000");
  const Message gone = {.to = {topic_, 0}, .key = "k", .value = "not sent", .tombstone = true};
  ASSERT_THAT(producer_->Send({&gone, 1}, kPatience), IsOk());
  const auto found = reader_->ReadAt({topic_, 0}, 0, kPatience);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ((*found)->value, "");
}

TEST(RealKafkaFixtureTest, WithoutKafkaItSaysWhatToSet) {
  const char* const home = std::getenv("CLUSTERWIRE_KAFKA_HOME");
  const std::string before = home == nullptr ? "" : home;
  unsetenv("CLUSTERWIRE_KAFKA_HOME");
  EXPECT_THAT(RealKafka::Start(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                           testing::HasSubstr("set CLUSTERWIRE_KAFKA_HOME")));
  setenv("CLUSTERWIRE_KAFKA_HOME", before.c_str(), 1);
}

}  // namespace
}  // namespace clusterwire::kafka
