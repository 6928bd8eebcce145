#include "services/catalogue/changes/relay.h"

#include <map>

#include <gmock/gmock.h>

#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/change/record.h"
#include "libs/kafka/message.h"
#include "libs/kafka/testing/mock_kafka.h"
#include "libs/service/gaps.h"
#include "services/catalogue/changes/record.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

constexpr char kTopic[] = "changes";
constexpr int kPartitions = 3;
constexpr absl::Duration kPatience = absl::Seconds(30);

class RelayTest : public ::testing::Test {
 protected:
  RelayTest() { kafka_.CreateTopic(kTopic, kPartitions); }

  std::unique_ptr<Relay> Start(const std::string& holder = "this") { return Start(kafka_, holder); }
  std::unique_ptr<Relay> Start(const kafka::MockKafka& kafka, const std::string& holder = "this") {
    Relay::Options options;
    options.kafka = kafka.Options();
    options.topic = kTopic;
    options.batch = 4;
    options.holder = holder;
    options.send_limit = absl::Milliseconds(200);
    return std::make_unique<Relay>(std::move(options), *world_.database, *world_.store,
                                   Clock::System(), world_.random, metrics_);
  }
  bool CaughtUp(const Relay& relay) {
    return Eventually([&] {
      const Relay::State state = relay.state();
      return state.status.ok() && state.position.revision == *world_.store->revision();
    });
  }
  // All records of the topic, each partition in its order.
  std::vector<change::Record> Topic(const kafka::MockKafka& kafka, int partitions = kPartitions) {
    const auto reader = *kafka::TopicReader::Create(kafka.Options());
    std::vector<change::Record> records;
    for (int partition = 0; partition < partitions; ++partition) {
      for (int64_t offset = 0;; ++offset) {
        const auto message = reader->ReadAt({kTopic, partition}, offset, kPatience);
        EXPECT_THAT(message, IsOk());
        if (!message.ok() || !*message) break;
        const auto record = change::Decode(**message);
        EXPECT_THAT(record, IsOk());
        records.push_back(*record);
        EXPECT_EQ(partition, kafka::PartitionFor(record->changed.root(), kPartitions));
      }
    }
    return records;
  }
  // But for what its cause is called, which is of the moment when it is sent.
  static std::string WithoutTitle(change::v1::ResourceChanged record) {
    record.clear_cause_title();
    return record.SerializeAsString();
  }
  // How often each record is there, by its id.
  std::map<std::string, int> Ids() {
    std::map<std::string, int> ids;
    for (const auto& record : Topic(kafka_)) ++ids[change::IdOf(record.changed)];
    return ids;
  }
  std::map<std::string, int> IdsOfTheLog(int times) {
    std::map<std::string, int> ids;
    for (const store::Change& change : world_.ChangesAfter({})) {
      ids[change::IdOf(*RecordOf(change))] = times;
    }
    return ids;
  }
  // A record of this history that the store doesn't have: it was restored since.
  void SendFromTheFuture() {
    change::v1::ResourceChanged record = *RecordOf(world_.ChangesAfter({}).back());
    record.set_revision(record.revision() + 100);
    kafka::Message message = *change::Encode({.changed = record});
    message.to = {kTopic, kafka::PartitionFor(record.root(), kPartitions)};
    const auto producer = *kafka::Producer::Create(kafka_.Options());
    ASSERT_THAT(producer->Send({&message, 1}, kPatience), IsOk());
  }

  World world_;
  telemetry::Metrics metrics_;
  kafka::MockKafka kafka_;
};

TEST_F(RelayTest, EveryChangeArrivesOnceAsItsRecordAndInOrderUnderItsRoot) {
  WriteCall call = world_.AsOperator();
  call.store.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto relay = Start();
  const auto cluster = world_.Of<Clusters>().Create(call, "", world_.GoodCluster(), "");
  v1::Label label;
  label.set_scheme("labelSchemes/ecei");
  label.set_level("gold");
  ASSERT_THAT(world_.Of<Labels>().Award(world_.AsOperator(), cluster->name(), label, ""), IsOk());
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster->name(), ""), IsOk());
  ASSERT_TRUE(CaughtUp(*relay));

  std::map<std::string, store::Position> last;  // of each root
  std::map<std::string, std::string> records;
  for (const auto& [changed, traceparent] : Topic(kafka_)) {
    const store::Position position{{changed.revision()}, changed.ordinal()};
    EXPECT_LT(last[changed.root()], position) << changed.name();
    last[changed.root()] = position;
    records[change::IdOf(changed)] = WithoutTitle(changed);
    EXPECT_EQ(traceparent, changed.kind() == "cluster.created" ? call.store.trace : "");
  }
  for (const store::Change& change : world_.ChangesAfter({})) {
    const change::v1::ResourceChanged record = *RecordOf(change);
    EXPECT_EQ(records[change::IdOf(record)], WithoutTitle(record));
  }
  EXPECT_EQ(Ids(), IdsOfTheLog(1));
}

TEST_F(RelayTest, ACrashBeforeTheCursorMovesSendsTheSameRecordsAgain) {
  ASSERT_TRUE(CaughtUp(*Start()));
  ASSERT_THAT(world_.store->cursors().Rewind(Relay::kCursor, {}), IsOk());
  ASSERT_TRUE(CaughtUp(*Start()));
  EXPECT_EQ(Ids(), IdsOfTheLog(2));
}

TEST_F(RelayTest, WhileKafkaIsAwayWritesGoOnAndTheLagIsSeen) {
  const auto relay = Start();
  ASSERT_TRUE(CaughtUp(*relay));
  const store::Position sent = relay->state().position;
  kafka_.SetDown();
  world_.NewCluster("A");
  world_.NewCluster("B");
  ASSERT_TRUE(Eventually([&] { return !relay->state().status.ok(); }));
  EXPECT_FALSE(relay->state().halted);
  EXPECT_EQ(relay->state().position, sent);
  EXPECT_LT(sent.revision, *world_.store->revision());
  kafka_.SetUp();
  ASSERT_TRUE(CaughtUp(*relay));
  EXPECT_EQ(Ids(), IdsOfTheLog(1));
}

TEST_F(RelayTest, ARestoredBackupHaltsItUntilANewHistoryStartsAndNothingIsLost) {
  ASSERT_TRUE(CaughtUp(*Start()));
  const store::Position sent = store::EndOf(*world_.store->revision());
  const std::string old = *world_.store->history();
  ASSERT_NO_FATAL_FAILURE(SendFromTheFuture());
  const auto relay = Start();
  ASSERT_TRUE(Eventually([&] { return relay->state().halted; }));
  EXPECT_THAT(relay->state().status, ReasonIs("HISTORY_CONTRADICTED"));
  const v1::Cluster meanwhile = world_.NewCluster();
  EXPECT_TRUE(relay->state().halted);

  ASSERT_THAT(world_.store->StartNewHistory(sent), IsOk());
  relay->Wake();
  ASSERT_TRUE(CaughtUp(*relay));
  EXPECT_FALSE(relay->state().halted);
  std::vector<std::string> histories;
  for (const auto& record : Topic(kafka_)) {
    if (record.changed.name() == meanwhile.name()) {
      histories.push_back(record.changed.history_id());
    }
  }
  ASSERT_EQ(histories.size(), 1u);
  EXPECT_EQ(histories[0], *world_.store->history());
  EXPECT_NE(histories[0], old);
}

TEST_F(RelayTest, ATopicThatGrewKeepsItsKeysWhereTheyAre) {
  ASSERT_TRUE(CaughtUp(*Start()));
  EXPECT_EQ(*world_.store->Setting(Relay::kPartitions), kPartitions);
  kafka::MockKafka grown;
  grown.CreateTopic(kTopic, 8);
  for (const char* title : {"A", "B", "C", "D", "E", "F"}) world_.NewCluster(title);
  ASSERT_TRUE(CaughtUp(*Start(grown)));
  EXPECT_EQ(Topic(grown, 8).size(), 6u);  // which asks where each of them is
}

TEST_F(RelayTest, ATopicThatShrankIsNotWrittenTo) {
  ASSERT_TRUE(CaughtUp(*Start()));
  kafka::MockKafka shrunk;
  shrunk.CreateTopic(kTopic, 2);
  const auto relay = Start(shrunk);
  ASSERT_TRUE(Eventually([&] { return ReasonOf(relay->state().status) == "TOPIC_SHRUNK"; }));
}

TEST_F(RelayTest, OneThatStandsStillGivesItsLeaseUpWhenItStops) {
  ASSERT_THAT(world_.Of<Clusters>().Create(world_.AsOperator(), "", world_.GoodCluster(), ""),
              IsOk());
  SendFromTheFuture();
  auto relay = Start();
  ASSERT_TRUE(Eventually([&] { return relay->state().halted; }));
  store::Cursors& cursors = world_.store->cursors();
  EXPECT_THAT(cursors.Acquire(Relay::kCursor, "other", absl::Seconds(1)), ReasonIs("LEASE_HELD"));
  relay = nullptr;
  EXPECT_THAT(cursors.Acquire(Relay::kCursor, "other", absl::Seconds(1)), IsOk());
}

TEST_F(RelayTest, OfTwoOneIsActiveAndTheOtherTakesOver) {
  auto first = Start("first");
  ASSERT_TRUE(CaughtUp(*first));
  const auto second = Start("second");
  ASSERT_TRUE(Eventually([&] { return ReasonOf(second->state().status) == "LEASE_HELD"; }));
  first.reset();
  world_.NewCluster();
  ASSERT_TRUE(CaughtUp(*second));
  EXPECT_EQ(Ids(), IdsOfTheLog(1));
}

TEST_F(RelayTest, WhoStandsByShowsHowFarTheOtherIs) {
  const auto first = Start("first");
  ASSERT_TRUE(CaughtUp(*first));
  const auto second = Start("second");
  ASSERT_TRUE(Eventually([&] { return ReasonOf(second->state().status) == "LEASE_HELD"; }));
  EXPECT_THAT(second->state().status.message(), ::testing::HasSubstr("held by first"));
  EXPECT_EQ(second->state().position.revision, *world_.store->revision());
}

TEST_F(RelayTest, ForeignMessagesDoNotHideARestoredBackup) {
  ASSERT_TRUE(CaughtUp(*Start()));
  ASSERT_NO_FATAL_FAILURE(SendFromTheFuture());
  const auto producer = *kafka::Producer::Create(kafka_.Options());
  std::vector<kafka::Message> foreign;
  for (int32_t partition = 0; partition < kPartitions; ++partition) {
    for (int i = 0; i < 20; ++i) foreign.push_back({{kTopic, partition}, "k", "no record", {}});
  }
  ASSERT_THAT(producer->Send(foreign, kPatience), IsOk());
  const auto relay = Start();
  EXPECT_TRUE(Eventually([&] { return relay->state().halted; }));
}

TEST_F(RelayTest, ATopicWithoutWhatWasSentIsNoticed) {
  ASSERT_TRUE(CaughtUp(*Start()));
  kafka::MockKafka anew;
  anew.CreateTopic(kTopic, kPartitions);
  ASSERT_TRUE(CaughtUp(*Start(anew)));
  const auto gaps = sql::InTransaction(
      *world_.database, sql::Transaction::Kind::kRead,
      [](sql::Connection& connection) { return service::Gaps(connection).Open(); });
  ASSERT_THAT(gaps, IsOk());
  EXPECT_FALSE(gaps->empty());
}

}  // namespace
}  // namespace clusterwire::catalogue
