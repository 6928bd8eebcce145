// What a real broker refuses, and what the error tells its reader to do.
#include <string>

#include "absl/time/clock.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/kafka/testing/real_kafka_fixture.h"

namespace clusterwire::kafka {
namespace {

using testing::HasSubstr;

class RefusalsTest : public RealKafkaTest {
 protected:
  // Why the group gives the consumer nothing.
  absl::Status GroupStatusOf(Consumer::Options options) {
    auto consumer = Consumer::Create(std::move(options));
    EXPECT_THAT(consumer, IsOk());
    const absl::Time deadline = absl::Now() + kPatience;
    while ((*consumer)->group_status().ok() && absl::Now() < deadline) {
      EXPECT_THAT((*consumer)->Poll(10, absl::Milliseconds(100)), IsOk());
    }
    return (*consumer)->group_status();
  }
  absl::Status Send(const std::string& value) {
    const Message message{{topic_, 0}, "key", value, {}};
    return producer_->Send({&message, 1}, kPatience);
  }
};

TEST_F(RefusalsTest, WithoutDescribeConfigsATopicIsDescribedButForItsProperties) {
  CreateTopic(3);
  ASSERT_THAT(kafka_->AllowOnly(topic_, {"READ", "WRITE", "DESCRIBE", "CREATE"}), IsOk());
  const auto described = admin_->DescribeTopic(topic_, kPatience);
  ASSERT_THAT(described, IsOk());
  EXPECT_EQ(described->partitions, 3);
  EXPECT_THAT(described->properties, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_EQ(RemedyOf(described->properties),
            "give the Kafka user the right DescribeConfigs on topic " + topic_);
  EXPECT_THAT(admin_->EnsureTopic({.name = topic_, .partitions = 3}, kPatience), IsOk());
}

TEST_F(RefusalsTest, AMissingRightIsNamed) {
  CreateTopic(1);
  Produce(0, 1);
  ASSERT_THAT(kafka_->AllowOnly(topic_, {"DESCRIBE"}), IsOk());
  EXPECT_EQ(RemedyOf(Send("x")), "give the Kafka user the right Write on topic " + topic_);
  const auto tail = reader_->Tail(
      topic_, [](const ReceivedMessage&) { return true; }, kPatience);
  EXPECT_EQ(RemedyOf(tail.status()), "give the Kafka user the right Read on topic " + topic_);
}

TEST_F(RefusalsTest, ASessionTimeoutThatTheBrokerRefusesIsNamed) {
  CreateTopic(1);
  Positions positions;
  Consumer::Options options = ConsumerOptions(positions);
  options.client.config["session.timeout.ms"] = "500";  // the broker of the tests wants a second
  const absl::Status status = GroupStatusOf(options);
  EXPECT_THAT(status, ReasonIs("KAFKA_SETTING_REFUSED"));
  EXPECT_THAT(RemedyOf(status), HasSubstr("kafka.properties[session.timeout.ms]"));
}

TEST_F(RefusalsTest, AMessageAboveTheTopicsLimitIsTooLarge) {
  CreateTopic(1, {{"max.message.bytes", "10000"}});
  ASSERT_THAT(Send(std::string(1000, 'x')), IsOk());
  EXPECT_THAT(Send(std::string(20'000, 'x')), ReasonIs("KAFKA_MESSAGE_TOO_LARGE"));
}

TEST_F(RefusalsTest, AMessageWhoseTimeTheBrokerRefusesNamesTheClocks) {
  CreateTopic(1, {{"message.timestamp.before.max.ms", "0"}});
  const absl::Status status = Send("x");
  EXPECT_THAT(status, ReasonIs("KAFKA_CLOCK"));
  EXPECT_THAT(RemedyOf(status), HasSubstr("clock of this machine and the broker's"));
}

}  // namespace
}  // namespace clusterwire::kafka
