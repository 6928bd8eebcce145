#include "services/catalogue/changes/grants_topic.h"

#include <gmock/gmock.h>

#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/change/grant.h"
#include "libs/change/record.h"
#include "libs/kafka/testing/mock_kafka.h"
#include "services/catalogue/changes/relay.h"
#include "services/catalogue/resources/grants/grant_rules.h"
#include "services/catalogue/resources/grants/invitation_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using change::v1::GrantChanged;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kChanges[] = "changes";
constexpr char kTopic[] = "grants";
constexpr char kKey[] = "a key of 32 bytes for tests alone";
constexpr char kCluster[] = "clusters/silicon-saxony";
constexpr absl::Duration kPatience = absl::Seconds(30);

class GrantsTopicTest : public ::testing::Test {
 protected:
  GrantsTopicTest() {
    MakeTopics(kafka_);
    world_.NewCluster();
  }
  static void MakeTopics(kafka::MockKafka& kafka) {
    kafka.CreateTopic(kChanges, 1);
    kafka.CreateTopic(kTopic, 1);
  }
  std::unique_ptr<Relay> Start(const std::string& key = kKey) { return Start(kafka_, key); }
  std::unique_ptr<Relay> Start(const kafka::MockKafka& kafka, const std::string& key = kKey,
                               absl::Duration sign_of_life = absl::Seconds(2)) {
    Relay::Options options;
    options.kafka = kafka.Options();
    options.topic = kChanges;
    options.holder = "this";
    options.batch = 4;
    options.grants = {.kafka = kafka.Options(),
                      .topic = kTopic,
                      .subject_key = key,
                      .sign_of_life = sign_of_life};
    return std::make_unique<Relay>(std::move(options), *world_.database, *world_.store,
                                   Clock::System(), world_.random, metrics_);
  }
  // One start of the relay until it has sent all there is.
  void Run(const kafka::MockKafka& kafka, const std::string& key = kKey) {
    const auto relay = Start(kafka, key);
    ASSERT_TRUE(CaughtUp(*relay));
  }
  void Run() { Run(kafka_); }
  bool CaughtUp(const Relay& relay) {
    return Eventually([&] {
      const Relay::State state = relay.state();
      return state.status.ok() && state.position.revision == *world_.store->revision();
    });
  }
  std::vector<kafka::ReceivedMessage> Messages(const kafka::MockKafka& kafka,
                                               const std::string& topic) {
    std::vector<kafka::ReceivedMessage> messages;
    const auto reader = *kafka::TopicReader::Create(kafka.Options());
    EXPECT_THAT(reader->ReadWhole(
                    topic,
                    [&](const kafka::ReceivedMessage& message) {
                      messages.push_back(message);
                      return absl::OkStatus();
                    },
                    kPatience),
                IsOk());
    return messages;
  }
  // Without the names that are gone.
  std::vector<GrantChanged> Topic(const kafka::MockKafka& kafka) {
    std::vector<GrantChanged> records;
    for (const auto& message : Messages(kafka, kTopic)) {
      if (!change::ForgottenGrant(message).empty()) continue;
      const auto record = change::DecodeGrant(message);
      EXPECT_THAT(record, IsOk());
      records.push_back(*record);
    }
    return records;
  }
  std::vector<GrantChanged> Topic() { return Topic(kafka_); }
  // Those about grants: signs of life come whenever they are due.
  std::vector<GrantChanged> OfGrants() {
    std::vector<GrantChanged> records = Topic();
    std::erase_if(records, [](const auto& one) { return one.name() == change::kGrantsComplete; });
    return records;
  }
  // What a reader knows at the end, by the hash of the subject: the role, 0 when it was withdrawn.
  // Fails unless the topic ends with "complete" by `key`, or with what followed that.
  std::map<std::string, int> Known(const kafka::MockKafka& kafka, const std::string& key = kKey) {
    std::map<std::string, GrantChanged> by_name;
    bool complete = false;
    for (const GrantChanged& record : Topic(kafka)) {
      if (record.name() == change::kGrantsComplete) {
        complete = record.subject_hash() == change::SubjectHash(key, record.name());
        continue;
      }
      const auto known = by_name.find(record.name());
      if (known != by_name.end() && known->second.history() == record.history() &&
          known->second.revision() > record.revision()) {
        continue;
      }
      by_name[record.name()] = record;
    }
    EXPECT_TRUE(complete);
    std::map<std::string, int> roles;
    for (const auto& [name, record] : by_name) {
      if (!record.withdrawn()) roles[record.subject_hash()] = record.role();
    }
    return roles;
  }
  static std::string Hash(const std::string& subject, const std::string& key = kKey) {
    return change::SubjectHash(key, subject);
  }
  v1::Grant Give(const std::string& subject, v1::Grant::Role role) {
    v1::Grant grant;
    grant.set_subject(subject);
    grant.set_resource(kCluster);
    grant.set_role(role);
    const auto given = grants_.Create(world_.AsOperator(), grant);
    EXPECT_THAT(given, IsOk());
    return *given;
  }
  void Withdraw(const v1::Grant& grant) {
    EXPECT_THAT(grants_.Delete(world_.AsOperator(), grant.name(), ""), IsOk());
  }

  World world_;
  std::unique_ptr<GrantIndex> index_ =
      *GrantIndex::Open(*world_.store, Clock::System(), world_.random);
  Grants grants_{*index_};
  telemetry::Metrics metrics_;
  kafka::MockKafka kafka_;
};

TEST_F(GrantsTopicTest, AGrantGoesToItsTopicAloneWithTheHashOfItsSubject) {
  const auto relay = Start();
  const v1::Grant anna = Give("corp:anna", v1::Grant::ROLE_OWNER);
  Give("k8s:map:*", v1::Grant::ROLE_VIEWER);
  v1::CreateInvitationRequest invite;
  invite.mutable_invitation()->set_resource(kCluster);
  invite.mutable_invitation()->set_role(v1::Grant::ROLE_VIEWER);
  ASSERT_THAT(Invitations(*index_).Create(world_.AsOperator(), invite), IsOk());
  ASSERT_TRUE(CaughtUp(*relay));
  EXPECT_EQ(Known(kafka_),
            (std::map<std::string, int>{{Hash("corp:anna"), 3}, {Hash("k8s:map:"), 1}}));
  Withdraw(anna);
  ASSERT_TRUE(CaughtUp(*relay));
  EXPECT_EQ(Known(kafka_), (std::map<std::string, int>{{Hash("k8s:map:"), 1}}));
  const GrantChanged last = OfGrants().back();
  EXPECT_TRUE(last.withdrawn());
  EXPECT_EQ(last.resource(), kCluster);
  EXPECT_EQ(last.history(), *world_.store->history());
  for (const auto& message : Messages(kafka_, kTopic)) {
    for (const std::string& told : {std::string("corp"), std::string("k8s"), anna.name()}) {
      EXPECT_THAT(message.value, Not(HasSubstr(told)));
      EXPECT_THAT(message.key, Not(HasSubstr(told)));
    }
  }
  for (const auto& message : Messages(kafka_, kChanges)) {
    EXPECT_THAT(message.key, Not(::testing::StartsWith("grants/")));
    EXPECT_THAT(message.key, Not(::testing::StartsWith("invitations/")));
  }
}

TEST_F(GrantsTopicTest, WhatStandsIsSentAtTheStartAndARestartSendsNothingAgain) {
  const v1::Grant anna = Give("corp:anna", v1::Grant::ROLE_VIEWER);
  Withdraw(Give("corp:bert", v1::Grant::ROLE_VIEWER));
  Run();
  EXPECT_EQ(Known(kafka_), (std::map<std::string, int>{{Hash("corp:anna"), 1}}));
  const std::vector<GrantChanged> once = OfGrants();
  EXPECT_EQ(Topic().back().name(), change::kGrantsComplete);
  Run();
  EXPECT_EQ(OfGrants().size(), once.size());
  Withdraw(anna);
  Run();
  EXPECT_THAT(Known(kafka_), IsEmpty());
}

TEST_F(GrantsTopicTest, ATopicMadeAnewIsFilledAgain) {
  Give("corp:anna", v1::Grant::ROLE_EDITOR);
  Run();
  kafka::MockKafka anew;
  MakeTopics(anew);
  Run(anew);
  EXPECT_EQ(Known(anew), (std::map<std::string, int>{{Hash("corp:anna"), 2}}));
}

TEST_F(GrantsTopicTest, AnEmptyCatalogueSaysThatItsTopicIsComplete) {
  Run();
  EXPECT_THAT(Known(kafka_), IsEmpty());
}

TEST_F(GrantsTopicTest, ARewindLeavesReadersWithWhatStands) {
  const v1::Grant anna = Give("corp:anna", v1::Grant::ROLE_VIEWER);
  const auto relay = Start();
  ASSERT_TRUE(CaughtUp(*relay));
  Withdraw(anna);
  Give("corp:bert", v1::Grant::ROLE_VIEWER);
  ASSERT_TRUE(CaughtUp(*relay));
  const size_t sent = OfGrants().size();
  ASSERT_THAT(world_.store->cursors().Rewind(Relay::kCursor, {}), IsOk());
  relay->Wake();
  ASSERT_TRUE(Eventually([&] { return Messages(kafka_, kChanges).size() > 10u; }));
  ASSERT_TRUE(CaughtUp(*relay));
  EXPECT_EQ(OfGrants().size(), sent);
  EXPECT_EQ(Known(kafka_), (std::map<std::string, int>{{Hash("corp:bert"), 1}}));
}

TEST_F(GrantsTopicTest, ANewHistorySendsAllAgainAndWithdrawsWhatTheStoreDoesNotHave) {
  Give("corp:anna", v1::Grant::ROLE_VIEWER);
  const auto relay = Start();
  ASSERT_TRUE(CaughtUp(*relay));
  GrantChanged lost = Topic().front();
  lost.set_name("grants/lost-with-the-backup");
  lost.set_subject_hash(Hash("corp:carl"));
  kafka::Message message = *change::EncodeGrant(lost);
  message.to = {kTopic, 0};
  ASSERT_THAT((*kafka::Producer::Create(kafka_.Options()))->Send({&message, 1}, kPatience), IsOk());
  ASSERT_EQ(Known(kafka_).size(), 2u);
  ASSERT_THAT(world_.store->StartNewHistory(store::EndOf(*world_.store->revision())), IsOk());
  relay->Wake();
  const std::string history = *world_.store->history();
  ASSERT_TRUE(Eventually([&] {
    const GrantChanged last = Topic().back();
    return last.history() == history && last.name() == change::kGrantsComplete;
  }));
  EXPECT_EQ(Known(kafka_), (std::map<std::string, int>{{Hash("corp:anna"), 1}}));
  EXPECT_EQ(Topic().back().name(), change::kGrantsComplete);
}

TEST_F(GrantsTopicTest, WithAnotherKeyAllIsSaidAnewByIt) {
  Give("corp:anna", v1::Grant::ROLE_VIEWER);
  Run();
  const std::string other = "another key of 32 bytes for tests";
  Run(kafka_, other);
  EXPECT_EQ(Known(kafka_, other), (std::map<std::string, int>{{Hash("corp:anna", other), 1}}));
}

TEST_F(GrantsTopicTest, ATopicThatIsAheadOfTheStoreHaltsTheRelay) {
  Give("corp:anna", v1::Grant::ROLE_VIEWER);
  Run();
  GrantChanged ahead = Topic().front();
  ahead.set_revision(1'000'000);
  kafka::Message message = *change::EncodeGrant(ahead);
  message.to = {kTopic, 0};
  ASSERT_THAT((*kafka::Producer::Create(kafka_.Options()))->Send({&message, 1}, kPatience), IsOk());
  const auto relay = Start();
  ASSERT_TRUE(Eventually([&] { return relay->state().halted; }));
  EXPECT_THAT(relay->state().status, ReasonIs("HISTORY_CONTRADICTED"));
}

TEST_F(GrantsTopicTest, ANameThatIsForgottenLeavesTheTopicToo) {
  const v1::Grant anna = Give("corp:anna", v1::Grant::ROLE_VIEWER);
  const auto relay = Start();
  ASSERT_TRUE(CaughtUp(*relay));
  const std::string name = OfGrants().front().name();
  Withdraw(anna);
  ASSERT_THAT(
      world_.store->Write(
          {}, [&](store::Writer& writer) { return writer.Purge(anna.name(), "grant.forgotten"); }),
      IsOk());
  ASSERT_TRUE(CaughtUp(*relay));
  std::vector<kafka::ReceivedMessage> of_name = Messages(kafka_, kTopic);
  std::erase_if(of_name, [&](const auto& message) { return message.key != name; });
  EXPECT_EQ(change::ForgottenGrant(of_name.back()), name);
  EXPECT_EQ(change::ForgottenGrant(of_name.front()), "");
}

TEST_F(GrantsTopicTest, SignsOfLifeSayHowFarTheTopicWentWhenNothingElseWasUnsent) {
  const auto relay = Start(kafka_, kKey, absl::Milliseconds(50));
  const auto signs = [&] {
    std::vector<std::pair<int64_t, GrantChanged>> signs;  // with their offsets
    for (const auto& message : Messages(kafka_, kTopic)) {
      if (message.key == change::kGrantsComplete) {
        signs.emplace_back(message.offset, *change::DecodeGrant(message));
      }
    }
    return signs;
  };
  ASSERT_TRUE(Eventually([&] { return signs().size() > 3; }));
  Give("corp:anna", v1::Grant::ROLE_VIEWER);
  const size_t before = signs().size();
  ASSERT_TRUE(Eventually([&] { return signs().size() > before + 3; }));
  int64_t looked_behind = 0;
  for (const auto& [offset, sign] : signs()) {
    EXPECT_GE(sign.looked_behind(), looked_behind);
    EXPECT_LE(sign.looked_behind(), offset);
    looked_behind = sign.looked_behind();
  }
  // One is made when all that stands before it is known to.
  EXPECT_TRUE(Eventually([&] {
    const auto all = signs();
    return all.back().second.looked_behind() == all.back().first;
  }));
}

TEST_F(GrantsTopicTest, ARelayThatStandsStillGivesNoSignOfLife) {
  Give("corp:anna", v1::Grant::ROLE_VIEWER);
  Run();
  const size_t before = Topic().size();
  ASSERT_THAT(world_.store->cursors().Acquire(Relay::kCursor, "another", absl::Hours(1)), IsOk());
  const auto relay = Start(kafka_, kKey, absl::Milliseconds(20));
  ASSERT_TRUE(Eventually([&] { return !relay->state().status.ok(); }));
  EXPECT_THAT(relay->state().status, ReasonIs("LEASE_HELD"));
  EXPECT_EQ(Topic().size(), before);
}

TEST_F(GrantsTopicTest, WithoutAKeyNothingTravels) {
  Give("corp:anna", v1::Grant::ROLE_VIEWER);
  Run(kafka_, "");
  EXPECT_THAT(Messages(kafka_, kTopic), IsEmpty());
}

}  // namespace
}  // namespace clusterwire::catalogue
