#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/kafka/client.h"
#include "libs/kafka/handles.h"

namespace clusterwire::kafka {
namespace {

TEST(KafkaErrorsTest, NoErrorIsOk) {
  EXPECT_THAT(ToStatus(RD_KAFKA_RESP_ERR_NO_ERROR, "reading"), IsOk());
}

TEST(KafkaErrorsTest, AMovingLeaderIsRetriable) {
  const absl::Status status = ToStatus(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, "reading x");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, testing::HasSubstr("reading x")));
  EXPECT_TRUE(IsRetriable(status));
  EXPECT_FALSE(NeedsNewClient(status));
  EXPECT_EQ(ErrorInfoOf(status).metadata().at("error"), "NOT_LEADER_FOR_PARTITION");
}

TEST(KafkaErrorsTest, ALostSequenceNeedsANewClient) {
  const absl::Status status = ToStatus(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "sending");
  EXPECT_TRUE(NeedsNewClient(status));
  EXPECT_FALSE(IsRetriable(status));
}

TEST(KafkaErrorsTest, WhatItDoesNotKnowIsNeitherRetriableNorFatal) {
  const absl::Status status = ToStatus(RD_KAFKA_RESP_ERR_INVALID_CONFIG, "creating");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal));
  EXPECT_FALSE(IsRetriable(status));
  EXPECT_FALSE(NeedsNewClient(status));
}

}  // namespace
}  // namespace clusterwire::kafka
