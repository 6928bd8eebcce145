#include "libs/service/periodic.h"

#include <semaphore>

#include <gmock/gmock.h>

#include "libs/base/testing/fake_clock.h"

namespace clusterwire::service {
namespace {

TEST(PeriodicTest, WorksAtOnceAndAgainAfterEachPause) {
  FakeClock clock;
  std::counting_semaphore<10> worked(0);
  Periodic periodic(clock, absl::Minutes(1), [&] { worked.release(); });
  worked.acquire();
  EXPECT_FALSE(worked.try_acquire());
  clock.Advance(absl::Minutes(1));
  worked.acquire();
}

TEST(PeriodicTest, EndsWithoutWaitingForThePause) {
  FakeClock clock;
  std::counting_semaphore<10> worked(0);
  {
    Periodic periodic(clock, absl::Hours(24), [&] { worked.release(); });
    worked.acquire();
  }
  EXPECT_FALSE(worked.try_acquire());
}

}  // namespace
}  // namespace clusterwire::service
