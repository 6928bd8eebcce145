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

}  // namespace clusterwire
