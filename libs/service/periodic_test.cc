#include "libs/service/periodic.h"

#include <chrono>
#include <semaphore>

#include <gmock/gmock.h>

#include "libs/base/testing/fake_clock.h"

namespace clusterwire::service {
namespace {

TEST(PeriodicTest, WorksAtOnceAndAgainAfterEachPause) {
  FakeClock clock;
  std::counting_semaphore<1000> worked(0);
  Periodic periodic(clock, absl::Minutes(1), [&] { worked.release(); });
  worked.acquire();
  EXPECT_FALSE(worked.try_acquire());
  // It works out its next time after it has worked: go on until that has come.
  while (!worked.try_acquire_for(std::chrono::milliseconds(5))) clock.Advance(absl::Minutes(1));
}

TEST(PeriodicTest, EndsWithoutWaitingForThePause) {
  FakeClock clock;
  std::counting_semaphore<1000> worked(0);
  {
    Periodic periodic(clock, absl::Hours(24), [&] { worked.release(); });
    worked.acquire();
  }
  EXPECT_FALSE(worked.try_acquire());
}

}  // namespace
}  // namespace clusterwire::service
