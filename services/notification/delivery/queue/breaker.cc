#include "services/notification/delivery/queue/breaker.h"

#include <algorithm>

namespace clusterwire::notification {

// A rest that was asked for stays: what succeeds now was under way before.
void Breaker::OnSuccess() {
  failed_.clear();
  open_until_ = -absl::InfiniteDuration();
  backoff_.Reset();
}

void Breaker::OnFailure(const std::string& delivery, absl::Duration now) {
  if (failed_.size() < kThreshold) failed_.insert(delivery);
  // Those that were under way when it opened say nothing new.
  if (failed_.size() < kThreshold || now < open_until_) return;
  open_until_ = now + backoff_.Next();
}

void Breaker::Forgive() {
  OnSuccess();
  rests_until_ = -absl::InfiniteDuration();
}

}  // namespace clusterwire::notification
