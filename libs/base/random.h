#pragma once

#include <cstdint>
#include <string>

namespace clusterwire {

// Where random numbers come from; handed in like the clock. Safe for use from any thread.
class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t Next() = 0;

  // 0 ≤ result < bound; bound > 0.
  uint64_t Below(uint64_t bound) { return Next() % bound; }
  // 0 ≤ result < 1.
  double Fraction() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

  // The kernel's generator: good enough for secrets. Lives as long as the program.
  static Random& System();
};

// 26 characters of Crockford's base 32 in lower case, 128 bits: an id for what has no name of its
// own, fit for a resource name.
std::string RandomId(Random& random);

// `bytes` random bytes, for keys and secrets.
std::string RandomBytes(Random& random, size_t bytes);

}  // namespace clusterwire
