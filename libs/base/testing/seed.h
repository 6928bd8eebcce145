#pragma once

#include <cstdint>

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"

namespace clusterwire {

// The seed of a randomised test: CLUSTERWIRE_SEED from the environment, else from the clock.
// Printed once, so that a failure can be run again.
uint64_t TestSeed();

// The same seed gives the same numbers, anywhere (splitmix64).
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  uint64_t Next() override;

 private:
  Mutex mutex_;
  uint64_t state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire
