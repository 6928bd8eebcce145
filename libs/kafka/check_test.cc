#include "libs/kafka/check.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::kafka {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(CheckTest, ATopicsNameIsOneThatKafkaTakes) {
  for (const std::string& name : {std::string("clusterwire.changes.v1"), std::string(249, 'a')}) {
    EXPECT_THAT(CheckTopicName(name), IsOk()) << name;
  }
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("two words"),
        std::string("a/b"), std::string("änderungen"), std::string(250, 'a')}) {
    EXPECT_THAT(CheckTopicName(name), StatusIs(absl::StatusCode::kInvalidArgument)) << name;
  }
}

TEST(CheckTest, EveryPropertyThatLibrdkafkaDoesNotTakeIsNamedAndNoSecretIs) {
  EXPECT_THAT(CheckProperties("kafka.properties", {{"linger.ms", "5"}, {"acks", "all"}}), IsOk());
  const absl::Status status = CheckProperties(
      "kafka.properties",
      {{"sasl.mechansim", "PLAIN"}, {"sasl.passwort", "pa55word"}, {"linger.ms", "soon"}});
  EXPECT_THAT(status, HasFieldError("kafka.properties[sasl.mechansim]"));
  EXPECT_THAT(status, HasFieldError("kafka.properties[sasl.passwort]"));
  EXPECT_THAT(status, HasFieldError("kafka.properties[linger.ms]"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("pa55word")));
}

TEST(CheckTest, BrokersAreHostsWithPorts) {
  for (const char* brokers : {"127.0.0.1:9092", "a.example:9092, b.example", "[::1]:9092", "[::1]",
                              "PLAINTEXT://kafka:9092,SSL://kafka:9093"}) {
    EXPECT_THAT(CheckBrokers(brokers), IsOk()) << brokers;
  }
  for (const char* brokers : {"", "a:9092,", "a b:9092", ":9092", "a:99999", "a:0", "a:port"}) {
    EXPECT_THAT(CheckBrokers(brokers), StatusIs(absl::StatusCode::kInvalidArgument)) << brokers;
  }
}

TEST(CheckTest, WhatTheyComeToTogetherIsFoundWithoutABroker) {
  const char path[] = "kafka.properties";
  EXPECT_THAT(CheckTogether(path, {{"bootstrap.servers", "nowhere:1"}, {"linger.ms", "5"}}),
              IsOk());
  EXPECT_THAT(CheckTogether(path, {{"acks", "0"}}), HasFieldError(path));
  EXPECT_THAT(CheckTogether(path, {{"security.protocol", "SSL"}, {"ssl.ca.location", "/nowhere"}}),
              HasFieldError(path));
  const absl::Status status = CheckTogether(path, {{"security.protocol", "SASL_PLAINTEXT"},
                                                   {"sasl.mechanism", "PLAIM"},
                                                   {"sasl.username", "u"},
                                                   {"sasl.password", "pa55word"}});
  EXPECT_THAT(status, HasFieldError(path));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("pa55word")));
}

}  // namespace
}  // namespace clusterwire::kafka
