#include "libs/base/threads/worker.h"

#include <chrono>
#include <semaphore>

#include <gmock/gmock.h>

#include "libs/base/testing/eventually.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"

namespace clusterwire {
namespace {

class WorkerTest : public testing::Test {
 protected:
  // Each step ends as `result_` says.
  Worker::Step Step() {
    return [this]() -> absl::StatusOr<absl::Time> {
      absl::StatusOr<absl::Time> result;
      {
        MutexLock lock(mutex_);
        result = result_;
      }
      stepped_.release();
      return result;
    };
  }
  void Answer(absl::StatusOr<absl::Time> result) {
    MutexLock lock(mutex_);
    result_ = std::move(result);
  }
  // It works out when to go on after a step: moves the clock until that has come.
  void AwaitStepAfter(absl::Duration pause) {
    while (!stepped_.try_acquire_for(std::chrono::milliseconds(5))) clock_.Advance(pause);
  }
  bool AwaitsNothing() { return !stepped_.try_acquire_for(std::chrono::milliseconds(5)); }

  FakeClock clock_;
  SeededRandom random_{1};
  Mutex mutex_;
  absl::StatusOr<absl::Time> result_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  std::counting_semaphore<1000> stepped_{0};
};

TEST_F(WorkerTest, StepsAtOnceAndAgainWhenTheStepSaid) {
  Answer(clock_.Now() + absl::Minutes(1));
  Worker worker(clock_, random_, Step());
  stepped_.acquire();
  EXPECT_TRUE(AwaitsNothing());
  Answer(absl::InfiniteFuture());
  AwaitStepAfter(absl::Minutes(1));
  EXPECT_THAT(worker.status(), IsOk());
}

TEST_F(WorkerTest, GoesOnAtOnceWhileTheTimeIsPast) {
  Answer(absl::InfinitePast());
  Worker worker(clock_, random_, Step());
  for (int i = 0; i < 100; ++i) stepped_.acquire();
  Answer(absl::InfiniteFuture());
}

TEST_F(WorkerTest, WakingBringsTheNextStepForward) {
  Worker worker(clock_, random_, Step());
  stepped_.acquire();
  worker.Wake();
  stepped_.acquire();
  worker.wakeup().Notify();
  stepped_.acquire();
}

TEST_F(WorkerTest, AnErrorIsKeptAndTriedAgainAfterAPauseThatWorkDoesNotShorten) {
  Answer(absl::UnavailableError("away"));
  Worker worker(clock_, random_, Step(), {.first = absl::Seconds(10)});
  stepped_.acquire();
  EXPECT_TRUE(Eventually([&] { return absl::IsUnavailable(worker.status()); }));
  worker.Wake();
  EXPECT_TRUE(AwaitsNothing());
  Answer(absl::InfiniteFuture());
  AwaitStepAfter(absl::Seconds(15));
  EXPECT_TRUE(Eventually([&] { return worker.status().ok(); }));
}

TEST_F(WorkerTest, RetryEndsThePauseAfterAnError) {
  Answer(absl::UnavailableError("away"));
  Worker worker(clock_, random_, Step());
  stepped_.acquire();
  worker.Retry();
  stepped_.acquire();
}

TEST_F(WorkerTest, EndsWithoutWaitingForAPause) {
  {
    Worker worker(clock_, random_, Step());
    stepped_.acquire();
  }
  Answer(absl::UnavailableError("away"));
  {
    Worker worker(clock_, random_, Step());
    stepped_.acquire();
    worker.Stop();
    EXPECT_TRUE(worker.stopping());
  }
  EXPECT_TRUE(AwaitsNothing());
}

TEST_F(WorkerTest, AStepThatRunsIsAskedToEndAndWaitedFor) {
  bool ended = false;
  {
    Worker* self = nullptr;
    std::binary_semaphore made(0);
    Worker worker(clock_, random_, [&]() -> absl::StatusOr<absl::Time> {
      made.acquire();
      stepped_.release();
      while (!self->stopping()) std::this_thread::yield();
      ended = true;
      return absl::InfinitePast();
    });
    self = &worker;
    made.release();
    stepped_.acquire();
  }
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace clusterwire
