#include "tests/benchmark/data/serve.h"

#include <fstream>

#include "libs/base/memory.h"

namespace clusterwire::benchmark {

int64_t MemoryBytes() {
  GiveBackMemory();  // what is free again isn't held
  constexpr int64_t kPage = 4096;
  std::ifstream file("/proc/self/statm");
  int64_t all = 0;
  int64_t resident = 0;
  file >> all >> resident;
  return resident * kPage;
}

}  // namespace clusterwire::benchmark
