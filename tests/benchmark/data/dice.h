#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "libs/base/random.h"

namespace clusterwire::benchmark {

// Numbers that follow from what they are for: the same on every machine and in any order.
class Dice : public Random {
 public:
  explicit Dice(std::initializer_list<uint64_t> what) {
    for (const uint64_t part : what) {
      state_ ^= part;
      Next();
    }
  }

  uint64_t Next() override {  // splitmix64
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  bool Percent(uint64_t share) { return Below(100) < share; }
  template <typename T>
  const T& Pick(const std::vector<T>& of) {
    return of[Below(of.size())];
  }
  // 0 ≤ result < size, few of them often: the share of the k-th falls as 1/k.
  uint64_t Zipf(uint64_t size) {
    return static_cast<uint64_t>(std::pow(static_cast<double>(size), Fraction())) - 1;
  }
  // Around 0, most within 1, hardly any beyond 3.
  double Bell() { return (Fraction() + Fraction() + Fraction() + Fraction() - 2) * 1.7; }

 private:
  uint64_t state_ = 0;
};

}  // namespace clusterwire::benchmark
