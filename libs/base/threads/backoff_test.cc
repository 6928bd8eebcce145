#include <gmock/gmock.h>

#include "libs/base/testing/seed.h"
#include "libs/base/threads/worker.h"

namespace clusterwire {
namespace {

TEST(BackoffTest, GrowsByTheFactorUpToTheLimitAndStartsAgainAfterSuccess) {
  SeededRandom random(1);
  Backoff backoff({.first = absl::Seconds(1), .limit = absl::Seconds(5), .factor = 2, .jitter = 0},
                  random);
  EXPECT_EQ(backoff.Next(), absl::Seconds(1));
  EXPECT_EQ(backoff.Next(), absl::Seconds(2));
  EXPECT_EQ(backoff.Next(), absl::Seconds(4));
  EXPECT_EQ(backoff.Next(), absl::Seconds(5));
  EXPECT_EQ(backoff.Next(), absl::Seconds(5));
  backoff.Reset();
  EXPECT_EQ(backoff.Next(), absl::Seconds(1));
}

TEST(BackoffTest, JitterStaysWithinItsShare) {
  SeededRandom random(TestSeed());
  for (int i = 0; i < 1000; ++i) {
    Backoff backoff({.first = absl::Seconds(10), .jitter = 0.2}, random);
    const absl::Duration pause = backoff.Next();
    EXPECT_GE(pause, absl::Seconds(8));
    EXPECT_LE(pause, absl::Seconds(12));
  }
}

}  // namespace
}  // namespace clusterwire
