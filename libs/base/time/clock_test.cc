#include "libs/base/time/clock.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>

#include "libs/base/testing/fake_clock.h"

namespace clusterwire {
namespace {

TEST(ClockTest, ANotifyBeforeTheWaitIsNotLost) {
  Wakeup wakeup;
  wakeup.Notify();
  EXPECT_TRUE(Clock::System().WaitUntil(wakeup, absl::InfiniteFuture()));
  EXPECT_FALSE(wakeup.Consume());
}

TEST(ClockTest, AWaitForAPastMomentReturnsAtOnce) {
  Wakeup wakeup;
  EXPECT_FALSE(Clock::System().WaitUntil(wakeup, absl::InfinitePast()));
}

TEST(FakeClockTest, AWaiterWakesWhenTheTestReachesItsDeadlineAndNotBefore) {
  FakeClock clock;
  const absl::Time deadline = clock.Now() + absl::Hours(24);
  Wakeup wakeup;
  std::atomic<bool> woke = false;
  std::thread waiter([&] {
    EXPECT_FALSE(clock.WaitUntil(wakeup, deadline));
    woke = true;
  });
  clock.Advance(absl::Hours(23));
  EXPECT_FALSE(woke);
  clock.Advance(absl::Hours(1));
  waiter.join();
  EXPECT_TRUE(woke);
}

}  // namespace
}  // namespace clusterwire
