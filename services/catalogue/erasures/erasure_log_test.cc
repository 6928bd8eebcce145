#include "services/catalogue/erasures/erasure_log.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "libs/base/crypto.h"
#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/kafka/testing/mock_kafka.h"
#include "services/catalogue/resources/people/people.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using change::v1::PersonErased;
using ::testing::Contains;
using ::testing::SizeIs;

constexpr char kTopic[] = "erasures";
constexpr absl::Duration kPatience = absl::Seconds(30);

class ErasureLogTest : public ::testing::Test {
 protected:
  ErasureLogTest() { kafka_.CreateTopic(kTopic, 1); }

  static ErasureLog::Options Options(const kafka::MockKafka& kafka) {
    return {.kafka = kafka.Options(), .topic = kTopic, .look_limit = absl::Milliseconds(100)};
  }
  std::unique_ptr<ErasureLog> Start(Erasures& erasures) {
    return std::make_unique<ErasureLog>(Options(kafka_), erasures, Clock::System(),
                                        Random::System());
  }
  static std::string Record(World& world, Erasures& erasures, const std::string& name) {
    v1::Person person;
    person.set_display_name(name);
    person.add_emails("someone@example.org");
    People people(erasures, world.random);
    const auto made = people.Create(world.AsOperator(), "", person, "");
    EXPECT_THAT(made, IsOk());
    return made->name();
  }
  static void Erase(World& world, Erasures& erasures, const std::string& name) {
    v1::ErasePersonRequest request;
    request.set_name(name);
    EXPECT_THAT(People(erasures, world.random).Erase(world.AsOperator(), request), IsOk());
  }
  std::vector<PersonErased> Topic() {
    std::vector<PersonErased> records;
    const auto reader = *kafka::TopicReader::Create(kafka_.Options());
    EXPECT_THAT(reader->ReadWhole(
                    kTopic,
                    [&](const kafka::ReceivedMessage& message) {
                      EXPECT_TRUE(records.emplace_back().ParseFromString(message.value));
                      return absl::OkStatus();
                    },
                    kPatience),
                IsOk());
    return records;
  }
  bool OnTopic(World& world, const Erasures& erasures) {
    return Eventually([&] { return erasures.IsOnTopic(*world.store->revision()); });
  }

  const ErasureKey key_{"a key for tests alone"};
  kafka::MockKafka kafka_;
  World world_;
  Erasures erasures_{*world_.store, key_};
};

TEST_F(ErasureLogTest, WhatIsErasedGoesToTheTopicOnceAndARestartSendsNothingAgain) {
  {
    const auto log = Start(erasures_);
    ASSERT_TRUE(Eventually([&] { return erasures_.is_open(); }));
    const std::string name = Record(world_, erasures_, "Grace Hopper");
    Erase(world_, erasures_, name);
    ASSERT_TRUE(OnTopic(world_, erasures_));
    ASSERT_THAT(Topic(), SizeIs(2)) << "the record's name, and the person's with an address";
    Erase(world_, erasures_, Record(world_, erasures_, "Ada Lovelace"));
    ASSERT_TRUE(OnTopic(world_, erasures_));
    EXPECT_THAT(Topic(), SizeIs(4));
  }
  erasures_.SetOnTopic({});
  const auto again = Start(erasures_);
  ASSERT_TRUE(OnTopic(world_, erasures_));
  EXPECT_THAT(Topic(), SizeIs(4));
  EXPECT_EQ(again->state().on_topic, 4);
  EXPECT_EQ(again->state().waiting, 0);
}

TEST_F(ErasureLogTest, WhatTheTopicLacksIsSentAndWhatTheStoreLacksIsErasedAgain) {
  erasures_.Open();
  const std::string grace = Record(world_, erasures_, "Grace Hopper");
  Erase(world_, erasures_, grace);
  World restored;  // whose names come in the same order
  Erasures there{*restored.store, key_};
  there.Open();
  ASSERT_EQ(Record(restored, there, "Grace Hopper"), grace);
  Erase(restored, there, Record(restored, there, "Ada Lovelace"));
  {
    const auto log = Start(erasures_);
    ASSERT_TRUE(OnTopic(world_, erasures_));
  }
  // A database that was restored has people whom the topic knows to be erased, and knows of others.
  const auto log = Start(there);
  ASSERT_TRUE(OnTopic(restored, there));
  EXPECT_THAT(*there.Some("", 100), SizeIs(4));
  EXPECT_THAT(Topic(), SizeIs(4));
  EXPECT_THAT((*restored.store->Read())->Get<v1::Person>(grace),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ErasureLogTest, AStoreOfManyIsComparedPageByPage) {
  const auto fill = [&](store::Writer& writer) -> absl::Status {
    for (int i = 0; i < 900; ++i) {
      PersonErased record;
      record.set_name(absl::StrCat("erasures/", i));
      record.set_key_id(key_.id());
      *record.mutable_erase_time() = ToTimestamp(writer.now());
      RETURN_IF_ERROR(writer.Put(record, "erasure.kept"));
    }
    return absl::OkStatus();
  };
  ASSERT_THAT(world_.store->Write({}, fill), IsOk());
  {
    const auto log = Start(erasures_);
    ASSERT_TRUE(OnTopic(world_, erasures_));
    EXPECT_THAT(Topic(), SizeIs(900));
  }
  World anew;
  Erasures empty{*anew.store, key_};
  const auto log = Start(empty);
  ASSERT_TRUE(Eventually([&] { return empty.is_open(); }));
  EXPECT_THAT(*empty.Some("", 1000), SizeIs(900));
  ASSERT_TRUE(OnTopic(anew, empty));
  EXPECT_THAT(Topic(), SizeIs(900)) << "what was read there is not sent there";
}

TEST_F(ErasureLogTest, AnotherKeyKeepsPeopleBack) {
  {
    const auto log = Start(erasures_);
    ASSERT_TRUE(Eventually([&] { return erasures_.is_open(); }));
    Erase(world_, erasures_, Record(world_, erasures_, "Grace Hopper"));
    ASSERT_TRUE(OnTopic(world_, erasures_));
  }
  World other;
  Erasures erasures{*other.store, ErasureKey("another key")};
  const auto log = Start(erasures);
  ASSERT_TRUE(Eventually([&] { return !log->state().status.ok(); }));
  EXPECT_THAT(log->state().status, ReasonIs("ERASURE_KEY_UNKNOWN"));
  EXPECT_FALSE(erasures.is_open());
}

}  // namespace
}  // namespace clusterwire::catalogue
