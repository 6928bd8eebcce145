#include "libs/base/time/clock.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>

#include "libs/base/testing/eventually.h"
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

TEST(FakeClockTest, AClockThatIsSetBackStretchesNoWait) {
  FakeClock clock;
  Wakeup wakeup;
  std::thread waiter(
      [&] { EXPECT_FALSE(clock.WaitUntil(wakeup, clock.Now() + absl::Seconds(5))); });
  const bool waits = Eventually([&] { return clock.waiting() == 1; });
  clock.Set(clock.Now() - absl::Hours(1));
  clock.Advance(absl::Seconds(4));
  EXPECT_EQ(clock.waiting(), 1);
  clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(waits && Eventually([&] { return clock.waiting() == 0; }));
  if (clock.waiting() > 0) clock.Advance(absl::Hours(1));  // lets it end where it is wrong
  waiter.join();
}

TEST(ClockTest, UptimeNeverGoesBack) {
  const absl::Duration before = Clock::System().Uptime();
  EXPECT_GE(Clock::System().Uptime(), before);
}

}  // namespace
}  // namespace clusterwire
