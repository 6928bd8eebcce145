#include "services/notification/delivery/queue/pace.h"

#include <algorithm>

namespace clusterwire::notification {

void Pace::OnAnswer(absl::Duration took) {
  constexpr double kMemory = 0.9;
  ++answers_;
  slowest_ = std::max(took, slowest_ * kMemory);
  kind_ = slowest_ <= kQuickAnswer ? Kind::kQuick : Kind::kSlow;
}

absl::Duration Pace::TimeLimit(absl::Duration most) const {
  if (answers_ < kEnough) return most;
  return std::min(most, std::max(kShortestLimit, slowest_ * 4));
}

}  // namespace clusterwire::notification
