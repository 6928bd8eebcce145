#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/config/load.h"
#include "libs/config/testing/sample.pb.h"

namespace clusterwire::config {
namespace {

using config::testing::Sample;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SetFieldTest : public ::testing::Test {
 protected:
  absl::Status Set(std::string_view path, std::string_view value) {
    return SetField(path, value, &config_);
  }
  // Refused, with this in the text.
  void ExpectRefused(std::string_view path, std::string_view value, const std::string& text) {
    EXPECT_THAT(Set(path, value), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(text)))
        << path;
  }

  Sample config_;
};

TEST_F(SetFieldTest, PlainFieldsOfAllKinds) {
  EXPECT_THAT(Set("kafka.brokers", "a:1,b:2"), IsOk());
  EXPECT_THAT(Set("kafka.brokers", "\"quoted\" \\ and\nbroken"), IsOk());
  EXPECT_THAT(Set("kafka.batch", "-5"), IsOk());
  EXPECT_THAT(Set("timeout", "1m30.5s"), IsOk());
  EXPECT_THAT(Set("mode", "MODE_LOUD"), IsOk());
  EXPECT_THAT(Set("allow_insecure", "true"), IsOk());
  EXPECT_THAT(Set("jitter", "0.25"), IsOk());
  EXPECT_EQ(config_.kafka().brokers(), "\"quoted\" \\ and\nbroken");
  EXPECT_EQ(config_.kafka().batch(), -5);
  EXPECT_EQ(config_.timeout().seconds(), 90);
  EXPECT_EQ(config_.timeout().nanos(), 500'000'000);
  EXPECT_EQ(config_.mode(), Sample::MODE_LOUD);
  EXPECT_TRUE(config_.allow_insecure());
  EXPECT_EQ(config_.jitter(), 0.25);
}

TEST_F(SetFieldTest, AListReplacesAndAnIndexSetsOrAppendsOne) {
  config_.add_networks("old");
  EXPECT_THAT(Set("networks", "a,b"), IsOk());
  EXPECT_THAT(config_.networks(), ElementsAre("a", "b"));
  EXPECT_THAT(Set("networks[0]", "c,d"), IsOk());
  EXPECT_THAT(Set("networks[2]", "e"), IsOk());
  EXPECT_THAT(config_.networks(), ElementsAre("c,d", "b", "e"));
  EXPECT_THAT(Set("networks", ""), IsOk());
  EXPECT_TRUE(config_.networks().empty());
  EXPECT_THAT(Set("retry_schedule", "5s,1m"), IsOk());
  ASSERT_EQ(config_.retry_schedule_size(), 2);
  EXPECT_EQ(config_.retry_schedule(1).seconds(), 60);
}

TEST_F(SetFieldTest, FieldsOfRepeatedMessagesAndEntriesOfMaps) {
  EXPECT_THAT(Set("steps[0].after", "5s"), IsOk());
  EXPECT_THAT(Set("steps[0].times", "3"), IsOk());
  EXPECT_THAT(Set("kafka.properties[linger.ms]", "5"), IsOk());
  EXPECT_THAT(Set("kafka.properties[linger.ms]", "6"), IsOk());
  ASSERT_EQ(config_.steps_size(), 1);
  EXPECT_EQ(config_.steps(0).after().seconds(), 5);
  EXPECT_EQ(config_.steps(0).times(), 3);
  EXPECT_EQ(config_.kafka().properties().at("linger.ms"), "6");
}

// An environment variable's name can have dots in Kubernetes, and no brackets.
TEST_F(SetFieldTest, WhatStandsBehindAMapIsOneKey) {
  EXPECT_THAT(Set("kafka.properties.sasl.password", "a=b,c"), IsOk());
  EXPECT_THAT(Set("kafka.properties.acks", "all"), IsOk());
  EXPECT_EQ(config_.kafka().properties().at("sasl.password"), "a=b,c");
  EXPECT_EQ(config_.kafka().properties().at("acks"), "all");
  ExpectRefused("kafka.properties.sasl[0]", "x", "'sasl[' is no key of a map");
}

TEST_F(SetFieldTest, AWrongPathSaysWhatWouldBeRight) {
  ExpectRefused("kafka.brokrs", "x", "did you mean 'brokers'?");
  ExpectRefused("kafak.brokers", "x", "did you mean 'kafka'?");
  ExpectRefused("zzz", "x", "there are: kafka, steps");
  ExpectRefused("kafka", "x", "is a whole Kafka; set one of its fields");
  ExpectRefused("kafka.brokers.host", "x", "'brokers' has no fields");
  ExpectRefused("steps.after", "5s", "give an index");
  ExpectRefused("steps[1].after", "5s", "'1' is no index here; give 0 to 0");
  ExpectRefused("steps[-1].after", "5s", "no index");
  ExpectRefused("timeout[0]", "5s", "leave the index out");
  ExpectRefused("kafka.properties", "x", "give properties[key]=value");
  for (const char* path : {"", ".", "kafka.", "kafka..batch", "steps[0", "steps[0]x"}) {
    ExpectRefused(path, "1", "missing");
  }
}

TEST_F(SetFieldTest, AWrongValueSaysWhatWouldBeRight) {
  ExpectRefused("kafka.batch", "many", "'many' is no int32");
  ExpectRefused("kafka.batch", "3000000000", "is no int32");
  ExpectRefused("kafka.batch", "5 batch", "is no int32");
  ExpectRefused("timeout", "5", "write it like 5s");
  ExpectRefused("timeout", "-5s", "write it like 5s");
  ExpectRefused("mode", "MODE_LOOD", "did you mean 'MODE_LOUD'?");
  ExpectRefused("allow_insecure", "yes", "is no bool");
}

}  // namespace
}  // namespace clusterwire::config
