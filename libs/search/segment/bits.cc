#include "libs/search/segment/bits.h"

#include <bit>

// x86's oldest processors can't count bits, so a compiler uses that instruction only where the
// processor is asked first, as the loader does here. The thread sanitizer isn't ready when it asks.
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
#define CLUSTERWIRE_COUNTS_BITS __attribute__((target_clones("popcnt", "default")))
#else
#define CLUSTERWIRE_COUNTS_BITS
#endif

namespace clusterwire::search {

CLUSTERWIRE_COUNTS_BITS uint32_t CountBits(std::span<const uint64_t> bits) {
  int count = 0;
  for (const uint64_t word : bits) count += std::popcount(word);
  return static_cast<uint32_t>(count);
}

CLUSTERWIRE_COUNTS_BITS uint32_t CountBoth(std::span<const uint64_t> bits, const uint64_t* others) {
  int count = 0;
  for (size_t word = 0; word < bits.size(); ++word) {
    count += std::popcount(bits[word] & others[word]);
  }
  return static_cast<uint32_t>(count);
}

}  // namespace clusterwire::search
