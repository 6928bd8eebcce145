#include "libs/base/threads/executor.h"

#include <atomic>
#include <filesystem>
#include <iterator>
#include <latch>
#include <semaphore>

#include <gmock/gmock.h>

#include "libs/base/testing/eventually.h"

namespace clusterwire {
namespace {

TEST(ExecutorTest, RunsWhatItAcceptedBeforeItEnds) {
  std::atomic<int> ran = 0;
  {
    Executor executor({.threads = 2, .queue_limit = 100});
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(executor.TryPost([&] { ++ran; }));
  }
  EXPECT_EQ(ran, 100);
}

TEST(ExecutorTest, AFullQueueRefusesAndCounts) {
  std::binary_semaphore started(0);
  std::binary_semaphore release(0);
  Executor executor({.threads = 1, .queue_limit = 1});
  ASSERT_TRUE(executor.TryPost([&] {
    started.release();
    release.acquire();
  }));
  started.acquire();
  EXPECT_TRUE(executor.TryPost([] {}));
  EXPECT_FALSE(executor.TryPost([] {}));
  const Executor::Counts counts = executor.counts();
  EXPECT_EQ(counts.accepted, 2u);
  EXPECT_EQ(counts.refused, 1u);
  EXPECT_EQ(counts.queued, 1u);
  EXPECT_EQ(counts.running, 1u);
  release.release();
}

TEST(ExecutorTest, ThreadsAreStartedAsTasksComeForWhichNoneIsIdle) {
  const auto threads = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
  };
  const auto before = threads();
  Executor executor({.threads = 16});
  EXPECT_EQ(threads(), before);
  for (int i = 0; i < 100; ++i) {
    std::binary_semaphore done(0);
    ASSERT_TRUE(executor.TryPost([&] { done.release(); }));
    done.acquire();
    ASSERT_TRUE(Eventually([&] { return executor.counts().running == 0; }));
  }
  EXPECT_EQ(threads(), before + 1);
  std::latch together(16);
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(executor.TryPost([&] { together.arrive_and_wait(); }));
  together.wait();
  EXPECT_EQ(threads(), before + 16);
}

}  // namespace
}  // namespace clusterwire
