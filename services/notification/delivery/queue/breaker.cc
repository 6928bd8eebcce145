#include "services/notification/delivery/queue/breaker.h"

#include <algorithm>

namespace clusterwire::notification {

void Breaker::OnSuccess() {
  failures_ = 0;
  open_until_ = absl::InfinitePast();
  backoff_.Reset();
}

void Breaker::OnFailure(absl::Time now, absl::Time until) {
  ++failures_;
  open_until_ = std::max(open_until_, until);
  // Those that were under way when it opened say nothing new.
  if (failures_ >= kThreshold && now >= open_until_) {
    open_until_ = std::max(open_until_, now + backoff_.Next());
  }
}

}  // namespace clusterwire::notification
