#include "libs/config/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(CheckTest, AllViolationsAreReportedWithTheirRange) {
  FieldErrors errors;
  CheckSet(errors, "kafka.brokers", "");
  CheckRange(errors, "kafka.batch", 0, 1, 1000);
  CheckRange(errors, "kafka.batch", 1001, 1, 1000);
  google::protobuf::Duration hour;
  hour.set_seconds(3600);
  CheckRange(errors, "timeout", hour, absl::Seconds(1), absl::Minutes(1));
  EXPECT_THAT(errors.ToStatus(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("kafka.brokers: is not set"),
                             HasSubstr("kafka.batch: is 0; give 1 to 1000"), HasSubstr("is 1001"),
                             HasSubstr("timeout: is 1h; give 1s to 1m"))));
}

TEST(CheckTest, WhatIsInRangeIsSilent) {
  FieldErrors errors;
  CheckSet(errors, "a", "x");
  CheckRange(errors, "b", 1, 1, 2);
  CheckRange(errors, "b", 2, 1, 2);
  google::protobuf::Duration second;
  second.set_seconds(1);
  CheckRange(errors, "c", second, absl::Seconds(1), absl::Seconds(1));
  for (const char* address : {"127.0.0.1:0", "localhost:65535", "[::1]:50051"}) {
    CheckAddress(errors, "d", address);
  }
  EXPECT_THAT(errors.ToStatus(), IsOk());
}

TEST(CheckTest, WhatIsNoAddressIsRefused) {
  for (const char* address :
       {"", "localhost", ":50051", "localhost:", "localhost:x", "localhost:65536", "::1:50051"}) {
    FieldErrors errors;
    CheckAddress(errors, "listen", address);
    EXPECT_THAT(errors.ToStatus(), HasFieldError("listen")) << address;
  }
}

}  // namespace
}  // namespace clusterwire::config
