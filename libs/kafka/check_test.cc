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

}  // namespace
}  // namespace clusterwire::kafka
