#include "tests/benchmark/data/serve.h"

#include <malloc.h>

#include <fstream>

namespace clusterwire::benchmark {

int64_t MemoryBytes() {
  malloc_trim(0);  // what is free again isn't held
  constexpr int64_t kPage = 4096;
  std::ifstream file("/proc/self/statm");
  int64_t all = 0;
  int64_t resident = 0;
  file >> all >> resident;
  return resident * kPage;
}

}  // namespace clusterwire::benchmark
