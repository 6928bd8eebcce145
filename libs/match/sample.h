#pragma once

#include <array>
#include <cstddef>

#include "libs/base/threads/mutex.h"
#include "libs/match/images.h"
#include "libs/match/program.h"

namespace clusterwire::match {

// Where the resources lie that changes are about: the last of them. Says how many a circle has.
class Sample {
 public:
  void Add(const Numbers& numbers);
  // Of kWithin: about the share of Facts that are inside.
  double ShareOf(Words within) const;

 private:
  static constexpr size_t kMost = 256;

  mutable Mutex mutex_;
  std::array<Numbers, kMost> last_ ABSL_GUARDED_BY(mutex_);
  size_t added_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace clusterwire::match
