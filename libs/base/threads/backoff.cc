#include "libs/base/threads/backoff.h"

#include <algorithm>

namespace clusterwire {

absl::Duration Backoff::Next() {
  pause_ = pause_ == absl::ZeroDuration() ? options_.first : pause_ * options_.factor;
  pause_ = std::min(pause_, options_.limit);
  return pause_ * (1 + options_.jitter * (2 * random_.Fraction() - 1));
}

}  // namespace clusterwire
