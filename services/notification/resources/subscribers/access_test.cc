#include "services/notification/resources/subscribers/access.h"

#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::notification {
namespace {

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

TEST(Access, OfAnOperatorHasNoLimit) {
  const rpc::Caller caller = {.subject = "o", .is_operator = true, .members = {}};
  EXPECT_THAT(CheckOperator(caller), IsOk());
  EXPECT_THAT(CheckMayUse(caller, "subscribers/x/endpoints/y"), IsOk());
}

TEST(Access, OfASubscriberEndsAtWhatLiesUnderIt) {
  const rpc::Caller caller = {.subject = "s", .is_operator = false, .members = {"subscribers/x"}};
  EXPECT_THAT(CheckMayUse(caller, "subscribers/x"), IsOk());
  EXPECT_THAT(CheckMayUse(caller, "subscribers/x/endpoints/y"), IsOk());
  EXPECT_THAT(CheckMayUse(caller, "subscribers/xy"), StatusIs(kDenied));
  EXPECT_THAT(CheckMayUse(caller, "subscribers/y/endpoints/x"), StatusIs(kDenied));
  EXPECT_THAT(CheckOperator(caller), StatusIs(kDenied));
}

TEST(Access, OfThePublicIsNone) {
  EXPECT_THAT(CheckMayUse({}, "subscribers/x"), ReasonIs("NOT_ALLOWED"));
  EXPECT_THAT(CheckOperator({}), ReasonIs("NOT_ALLOWED"));
}

}  // namespace
}  // namespace clusterwire::notification
