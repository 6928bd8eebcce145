#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "libs/sql/sqlite/sqlite.h"

namespace clusterwire::sql {
namespace {

TEST(WriteGateTest, OneIsInsideAtATime) {
  WriteGate gate;
  std::atomic<int> inside = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 500; ++round) {
        ASSERT_TRUE(gate.Enter(absl::Seconds(60)));
        EXPECT_EQ(++inside, 1);
        --inside;
        gate.Leave();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(WriteGateTest, WhoLeavesCannotEnterBeforeWhoWaits) {
  WriteGate gate;
  ASSERT_TRUE(gate.Enter(absl::Seconds(1)));
  std::atomic<bool> waiting = false;
  std::atomic<bool> entered = false;
  std::thread other([&] {
    waiting = true;
    ASSERT_TRUE(gate.Enter(absl::Seconds(60)));
    entered = true;
    gate.Leave();
  });
  while (!waiting) std::this_thread::yield();
  // Leaving and entering again and again lets it in after a bounded number of rounds: at the first
  // Leave() that finds it waiting.
  while (!entered) {
    gate.Leave();
    ASSERT_TRUE(gate.Enter(absl::Seconds(60)));
  }
  gate.Leave();
  other.join();
}

TEST(WriteGateTest, AWaiterGivesUpAtItsLimitAndIsForgotten) {
  WriteGate gate;
  ASSERT_TRUE(gate.Enter(absl::Seconds(1)));
  EXPECT_FALSE(gate.Enter(absl::Milliseconds(5)));
  gate.Leave();
  EXPECT_TRUE(gate.Enter(absl::Milliseconds(5)));
}

}  // namespace
}  // namespace clusterwire::sql
