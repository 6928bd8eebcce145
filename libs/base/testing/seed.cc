#include "libs/base/testing/seed.h"

#include <chrono>
#include <cstdlib>
#include <iostream>

namespace clusterwire {

uint64_t TestSeed() {
  static const uint64_t kSeed = [] {
    const char* given = std::getenv("CLUSTERWIRE_SEED");
    const uint64_t seed =
        given != nullptr
            ? std::strtoull(given, nullptr, 10)
            : static_cast<uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    std::cout << "CLUSTERWIRE_SEED=" << seed << std::endl;
    return seed;
  }();
  return kSeed;
}

uint64_t SeededRandom::Next() {
  MutexLock lock(mutex_);
  uint64_t z = (state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace clusterwire
