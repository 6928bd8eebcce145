#include "services/notification/ingest/ingest.h"

#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/kafka/producer.h"
#include "libs/kafka/testing/mock_kafka.h"
#include "services/notification/ingest/message.h"
#include "services/notification/ingest/testing/intake_fixture.h"
#include "services/notification/ingest/testing/messages.h"
#include "services/notification/ledger/records/dead_letters.h"
#include "services/notification/ledger/records/records.h"

namespace clusterwire::notification {
namespace {

constexpr char kTopic[] = "changes";

class IngestTest : public IntakeFixture {
 protected:
  IngestTest() {
    kafka_.CreateTopic(kTopic, 1);
    auto producer = kafka::Producer::Create(kafka_.Options());
    EXPECT_THAT(producer, IsOk());
    producer_ = *std::move(producer);
  }
  void Send(const kafka::ReceivedMessage& message) {
    const kafka::Message out = {
        .to = {kTopic, 0}, .key = message.key, .value = message.value, .headers = message.headers};
    ASSERT_THAT(producer_->Send({&out, 1}, absl::Seconds(20)), IsOk());
  }
  void SendChange(const std::string& id, int64_t revision) {
    Send(MessageOf(ClusterChange(id, revision, "cluster.updated", "", "published"), 0));
  }
  std::unique_ptr<Ingest> Start() {
    return std::make_unique<Ingest>(
        Ingest::Options{.client = kafka_.GroupOptions(), .topic = kTopic, .group = "notification"},
        *faulty_ledger_, *intake_, Clock::System(), store_.random, IngestMetrics(metrics_));
  }
  // Waits until the ledger has matched so many.
  bool WaitForMatched(int64_t count) {
    const absl::Time deadline = Clock::System().Now() + absl::Seconds(40);
    Wakeup never;
    while (AddUp().matched() < count) {
      if (Clock::System().Now() > deadline) return false;
      Clock::System().WaitUntil(never, Clock::System().Now() + absl::Milliseconds(20));
    }
    return true;
  }

  std::optional<TopicPosition> Position() {
    auto position = ledger_->Read([](sql::Connection& connection) {
      return TopicPositions(connection).Find({kTopic, 0});
    });
    EXPECT_THAT(position, IsOk());
    return *position;
  }
  // Where reading would start from this position.
  int64_t StartFrom(const TopicPosition& position) {
    EXPECT_THAT(ledger_->Write([&](sql::Connection& connection) {
      return TopicPositions(connection).Move({kTopic, 0}, position);
    }),
                IsOk());
    return StartFromStored();
  }
  int64_t StartFromStored() {
    auto reader = kafka::TopicReader::Create(kafka_.Options());
    EXPECT_THAT(reader, IsOk());
    StartOffsets offsets(*std::move(reader), *ledger_, store_.clock, IngestMetrics(metrics_));
    const auto start = offsets.Of({kTopic, 0});
    EXPECT_THAT(start, IsOk());
    return start.value_or(-7);
  }
  kafka::ReceivedMessage At(int64_t offset) {
    auto reader = kafka::TopicReader::Create(kafka_.Options());
    EXPECT_THAT(reader, IsOk());
    auto message = (*reader)->ReadAt({kTopic, 0}, offset, absl::Seconds(20));
    EXPECT_THAT(message, IsOk());
    return **message;
  }
  bool WasReset() {
    return metrics_.Render().find("clusterwire_ingest_topic_resets_total 1") != std::string::npos;
  }

  kafka::MockKafka kafka_;
  std::unique_ptr<kafka::Producer> producer_;
};
INSTANTIATE_TEST_SUITE_P(Sqlite, IngestTest, testing::Values(sql::Dialect::kSqlite),
                         sql::DialectName);

TEST_P(IngestTest, TakesWhatComesSetsAsideWhatIsNoProtobufAndGoesOnAfterARestart) {
  Subscribe("all", "");
  SendChange("a", 1);
  Send({.from = {}, .time = {}, .key = "k", .value = "{\"json\": true}", .headers = {}});
  SendChange("b", 2);
  {
    const std::unique_ptr<Ingest> ingest = Start();
    ASSERT_TRUE(WaitForMatched(2));
  }
  ASSERT_TRUE(Position());
  EXPECT_EQ(Position()->next_offset, 3);
  EXPECT_EQ(Position()->digest, DigestOf(At(2)));
  SendChange("c", 3);
  const std::unique_ptr<Ingest> ingest = Start();
  ASSERT_TRUE(WaitForMatched(3));
  EXPECT_EQ(AddUp().difference(), 0);
  EXPECT_FALSE(WasReset());
  EXPECT_THAT(
      ledger_->Read([](sql::Connection& connection) { return DeadLetters(connection).Count(); }),
      IsOkAndHolds(1));
}

TEST_P(IngestTest, ADatabaseThatIsAwaySkipsNothing) {
  Subscribe("all", "");
  for (int i = 0; i < 3; ++i) {
    faulty_.Inject({.fragment = "INSERT INTO record", .status = absl::UnavailableError("away")});
  }
  SendChange("a", 1);
  SendChange("b", 2);
  const std::unique_ptr<Ingest> ingest = Start();
  ASSERT_TRUE(WaitForMatched(2));
  EXPECT_EQ(faulty_.pending(), 0u);
  EXPECT_EQ(AddUp().difference(), 0);
}

TEST_P(IngestTest, APositionThatFitsTheTopicIsBelieved) {
  SendChange("a", 1);
  SendChange("b", 2);
  EXPECT_EQ(StartFrom({.next_offset = 1, .digest = DigestOf(At(0))}), 1);
  EXPECT_EQ(StartFrom({.next_offset = 2, .digest = DigestOf(At(1))}), 2);
  EXPECT_FALSE(WasReset());
}

TEST_P(IngestTest, ATopicMadeAnewIsReadFromItsStartAndTheGapIsKeptForOperators) {
  SendChange("a", 1);
  EXPECT_EQ(
      StartFrom({.next_offset = 1, .digest = "of another message", .history = "h", .revision = 7}),
      0);
  EXPECT_TRUE(WasReset());
  const service::Finding gaps = service::LookAtGaps(*database_, "Rewind $0");
  EXPECT_EQ(gaps.severity(), service::Finding::SEVERITY_ERROR);
  EXPECT_THAT(gaps.finding(), testing::HasSubstr("changes[0] was made anew"));
  EXPECT_THAT(gaps.remedy(), testing::HasSubstr("Rewind {\"after_revision\":7}"));
  EXPECT_EQ(StartFromStored(), 0) << "and said once";
  EXPECT_TRUE(WasReset());
}

TEST_P(IngestTest, APositionBehindTheEndOfTheTopicIsNoneOfIt) {
  SendChange("a", 1);
  EXPECT_EQ(StartFrom({.next_offset = 500, .digest = "x"}), 0);
  EXPECT_TRUE(WasReset());
}

TEST_P(IngestTest, WherePartitionsWereNeverReadTheStartIsNotedAndNothingIsMissing) {
  SendChange("a", 1);
  EXPECT_EQ(StartFromStored(), 0);
  ASSERT_TRUE(Position());
  EXPECT_EQ(Position()->next_offset, 0);
  EXPECT_EQ(Position()->since, store_.clock.Now());
  EXPECT_EQ(StartFromStored(), 0);
  EXPECT_FALSE(WasReset());
}

TEST_P(IngestTest, AnEmptyTopicAtItsPositionIsHealthy) {
  EXPECT_EQ(StartFrom({.next_offset = 0, .digest = "x"}), 0);
  EXPECT_FALSE(WasReset());
}

}  // namespace
}  // namespace clusterwire::notification
