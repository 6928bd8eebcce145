#include "services/notification/delivery/queue/endpoint_queue.h"

#include <algorithm>

namespace clusterwire::notification {

bool EndpointQueue::Add(PendingDelivery delivery) {
  if (!names_.insert(delivery.name).second) return false;
  const std::string root = delivery.root;
  RootQueue& waiting = roots_[root];
  if (!waiting.busy && !waiting.deliveries.empty()) due_.erase(DueOf(root, waiting));
  Place place(delivery.created, delivery.name);
  waiting.deliveries.emplace(std::move(place), std::move(delivery));
  if (!waiting.busy) due_.insert(DueOf(root, waiting));
  return true;
}

std::optional<PendingDelivery> EndpointQueue::Take(absl::Time now) {
  if (due_.empty() || due_.begin()->first > now) return std::nullopt;
  const std::string root = due_.begin()->second;
  due_.erase(due_.begin());
  RootQueue& waiting = roots_[root];
  waiting.busy = true;
  ++busy_;
  return waiting.deliveries.begin()->second;
}

void EndpointQueue::Release(const std::string& root, RootQueue& waiting) {
  waiting.busy = false;
  --busy_;
  if (waiting.deliveries.empty()) {
    roots_.erase(root);
  } else {
    due_.insert(DueOf(root, waiting));
  }
}

void EndpointQueue::Remove(const PendingDelivery& taken) {
  RootQueue& waiting = roots_[taken.root];
  waiting.deliveries.erase({taken.created, taken.name});
  names_.erase(taken.name);
  Release(taken.root, waiting);
}

void EndpointQueue::Postpone(const PendingDelivery& taken, int attempts, absl::Time due) {
  RootQueue& waiting = roots_[taken.root];
  PendingDelivery& delivery = waiting.deliveries.at({taken.created, taken.name});
  delivery.attempts = attempts;
  delivery.due = due;
  Release(taken.root, waiting);
}

absl::Time EndpointQueue::NextDue() const {
  return due_.empty() ? absl::InfiniteFuture() : due_.begin()->first;
}

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
