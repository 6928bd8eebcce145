#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/kafka/admin.h"
#include "libs/kafka/consumer.h"
#include "libs/kafka/producer.h"
#include "libs/kafka/testing/positions.h"
#include "libs/kafka/testing/real_kafka.h"
#include "libs/kafka/topic_reader.h"

namespace clusterwire::kafka {

inline constexpr absl::Duration kPatience = absl::Seconds(30);

// One real broker for all tests of a suite, and a topic for each, named like the test.
class RealKafkaTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto kafka = RealKafka::Start();
    ASSERT_TRUE(kafka.ok()) << kafka.status();
    kafka_ = kafka->release();
  }
  static void TearDownTestSuite() { delete std::exchange(kafka_, nullptr); }

  void SetUp() override {
    ASSERT_NE(kafka_, nullptr) << "no broker";
    topic_ = testing::UnitTest::GetInstance()->current_test_info()->name();
    admin_ = *Admin::Create(Options());
    producer_ = *Producer::Create(Options());
    reader_ = *TopicReader::Create(Options());
  }
  static ClientOptions Options() {
    return {.brokers = kafka_->brokers(), .config = {{"reconnect.backoff.max.ms", "200"}}};
  }
  Consumer::Options ConsumerOptions(Positions& positions) const {
    Consumer::Options options{Options(), topic_ + "-group", {topic_}, &positions};
    options.client.config["session.timeout.ms"] = "6000";
    options.client.config["heartbeat.interval.ms"] = "200";
    return options;
  }
  void CreateTopic(int partitions, std::map<std::string, std::string> config = {}) {
    ASSERT_THAT(
        admin_->EnsureTopic({.name = topic_, .partitions = partitions, .config = std::move(config)},
                            kPatience),
        IsOk());
  }
  // Values "0", "1", … to one partition.
  void Produce(int32_t partition, int count) {
    std::vector<Message> batch;
    for (int i = 0; i < count; ++i) {
      batch.push_back({{topic_, partition}, "key", absl::StrCat(i), {}});
    }
    ASSERT_THAT(producer_->Send(batch, kPatience), IsOk());
  }

  static inline RealKafka* kafka_ = nullptr;
  std::string topic_;
  std::unique_ptr<Admin> admin_;
  std::unique_ptr<Producer> producer_;
  std::unique_ptr<TopicReader> reader_;
};

}  // namespace clusterwire::kafka
