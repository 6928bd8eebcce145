#include "services/notification/delivery/queue/breaker.h"

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"

namespace clusterwire::notification {
namespace {

constexpr absl::Duration kStart = absl::Hours(1);

class BreakerTest : public testing::Test {
 protected:
  // So many deliveries fail, each once.
  void Fail(size_t deliveries, absl::Duration now = kStart) {
    for (size_t i = 0; i < deliveries; ++i) breaker_.OnFailure(absl::StrCat(++last_), now);
  }
  bool open(absl::Duration now) const { return breaker_.closed_until() > now; }

  SeededRandom random_{TestSeed()};
  Breaker breaker_{random_};
  int last_ = 0;
};

TEST_F(BreakerTest, OpensAfterEnoughFailuresInARowForGrowingPauses) {
  Fail(Breaker::kThreshold - 1);
  EXPECT_FALSE(open(kStart));
  EXPECT_EQ(breaker_.Allowed(32), 32);
  Fail(1);
  const absl::Duration first = breaker_.closed_until();
  EXPECT_GT(first, kStart);
  EXPECT_EQ(breaker_.Allowed(32), 1);
  Fail(1);  // was under way when it opened
  EXPECT_EQ(breaker_.closed_until(), first);
  Fail(1, first);
  EXPECT_GT(breaker_.closed_until() - first, (first - kStart) * 1.1);
  breaker_.OnSuccess();
  EXPECT_EQ(breaker_.Allowed(32), 32);
  EXPECT_FALSE(open(kStart));
}

TEST_F(BreakerTest, OneDeliveryThatFailsAgainAndAgainHoldsNoOther) {
  for (int i = 0; i < 100; ++i) breaker_.OnFailure("the same", kStart + absl::Minutes(i));
  EXPECT_FALSE(open(kStart));
  EXPECT_EQ(breaker_.Allowed(32), 32);
}

TEST_F(BreakerTest, ARestThatWasAskedForOutlastsWhatWasUnderWay) {
  breaker_.Rest(kStart + absl::Minutes(2));
  breaker_.OnSuccess();
  EXPECT_TRUE(open(kStart + absl::Minutes(1)));
  EXPECT_FALSE(open(kStart + absl::Minutes(2)));
}

TEST_F(BreakerTest, ForgivingEndsAllOfIt) {
  breaker_.Rest(kStart + absl::Hours(1));
  Fail(Breaker::kThreshold);
  breaker_.Forgive();
  EXPECT_FALSE(open(kStart));
  EXPECT_EQ(breaker_.Allowed(32), 32);
}

}  // namespace
}  // namespace clusterwire::notification
