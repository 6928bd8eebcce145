#include "libs/match/sample.h"

#include <algorithm>

namespace clusterwire::match {
namespace {

// What is known from as many weighs as much as the guess: resources spread over a square of 2,000
// km.
constexpr double kGuessedFrom = 10;
constexpr double kSideMeters = 2'000'000;

}  // namespace

void Sample::Add(const Numbers& numbers) {
  MutexLock lock(mutex_);
  last_[added_++ % kMost] = numbers;
}

double Sample::ShareOf(Words within) const {
  const double side = 2 * CircleOf(within).radius_meters() / kSideMeters;
  MutexLock lock(mutex_);
  const size_t known = std::min(added_, kMost);
  const auto inside = std::count_if(last_.begin(), last_.begin() + known,
                                    [&](const Numbers& one) { return IsInside(within, one); });
  return (static_cast<double>(inside) + kGuessedFrom * std::min(1.0, side * side)) /
         (static_cast<double>(known) + kGuessedFrom);
}

}  // namespace clusterwire::match
