#include "libs/kafka/partitioner.h"

#include <cstddef>

namespace clusterwire::kafka {

uint32_t Murmur2(std::string_view key) {
  constexpr uint32_t kSeed = 0x9747b28c;
  constexpr uint32_t kMultiplier = 0x5bd1e995;
  const auto byte = [&](size_t i) { return uint32_t{static_cast<unsigned char>(key[i])}; };

  uint32_t hash = kSeed ^ static_cast<uint32_t>(key.size());
  size_t i = 0;
  for (; i + 4 <= key.size(); i += 4) {
    uint32_t word = byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24;
    word *= kMultiplier;
    word ^= word >> 24;
    hash = hash * kMultiplier ^ word * kMultiplier;
  }
  const size_t rest = key.size() - i;
  if (rest >= 3) hash ^= byte(i + 2) << 16;
  if (rest >= 2) hash ^= byte(i + 1) << 8;
  if (rest >= 1) hash = (hash ^ byte(i)) * kMultiplier;

  hash = (hash ^ hash >> 13) * kMultiplier;
  return hash ^ hash >> 15;
}

int32_t PartitionFor(std::string_view key, int32_t count) {
  return static_cast<int32_t>(Murmur2(key) & 0x7fffffff) % count;
}

}  // namespace clusterwire::kafka
