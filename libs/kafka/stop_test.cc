// What is asked of brokers that are away ends soon after a stop.
#include <stop_token>

#include "absl/time/time.h"

#include "libs/base/testing/status_matchers.h"
#include "libs/kafka/admin.h"
#include "libs/kafka/testing/mock_kafka.h"
#include "libs/kafka/topic_reader.h"

namespace clusterwire::kafka {
namespace {

using testing::Not;

// Far longer than a test may take: without the stop, this file would never end.
constexpr absl::Duration kForEver = absl::Hours(1);

class StopTest : public testing::Test {
 protected:
  StopTest() {
    kafka_.CreateTopic("changes", 1);
    kafka_.SetDown();
    stop_.request_stop();
  }

  MockKafka kafka_;
  std::stop_source stop_;
};

TEST_F(StopTest, NoQuestionOfAnAdminOutlastsIt) {
  const auto admin = Admin::Create(kafka_.Options(), stop_.get_token());
  ASSERT_THAT(admin, IsOk());
  EXPECT_THAT((*admin)->CountBrokers(kForEver), Not(IsOk()));
  EXPECT_THAT((*admin)->CountPartitions("changes", kForEver), Not(IsOk()));
  EXPECT_THAT((*admin)->DescribeTopic("changes", kForEver), Not(IsOk()));
  EXPECT_THAT((*admin)->EnsureTopic({.name = "changes"}, kForEver), Not(IsOk()));
}

TEST_F(StopTest, NoQuestionOfATopicReaderOutlastsIt) {
  const auto reader = TopicReader::Create(kafka_.Options(), stop_.get_token());
  ASSERT_THAT(reader, IsOk());
  const auto any = [](const ReceivedMessage&) { return true; };
  EXPECT_THAT((*reader)->Ends("changes", kForEver), Not(IsOk()));
  EXPECT_THAT((*reader)->GetWatermarks({"changes", 0}, kForEver), Not(IsOk()));
  EXPECT_THAT((*reader)->Tail("changes", any, kForEver), Not(IsOk()));
}

}  // namespace
}  // namespace clusterwire::kafka
