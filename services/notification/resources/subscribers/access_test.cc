#include "services/notification/resources/subscribers/access.h"

#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::notification {
namespace {

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

TEST(Access, OfAnOperatorHasNoLimit) {
  const filter::Viewer caller = filter::Viewer::Operator();
  EXPECT_THAT(CheckOperator(caller), IsOk());
  EXPECT_THAT(CheckMayUse(caller, "subscribers/x/endpoints/y"), IsOk());
}

TEST(Access, OfASubscriberEndsAtWhatLiesUnderIt) {
  const filter::Viewer caller = filter::Viewer::As("subscribers/x");
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
