#include "services/notification/delivery/queue/endpoint_queue.h"

namespace clusterwire::notification {

void EndpointQueue::Schedule(const std::string& root, const RootQueue& waiting) {
  due_.emplace(waiting.deliveries.begin()->second.due, root);
}

void EndpointQueue::Unschedule(const std::string& root, const RootQueue& waiting) {
  due_.erase({waiting.deliveries.begin()->second.due, root});
}

bool EndpointQueue::Add(PendingDelivery delivery) {
  if (!names_.insert(delivery.name).second) return false;
  const std::string root = delivery.root;
  RootQueue& waiting = roots_[root];
  const bool scheduled = !waiting.busy && !waiting.deliveries.empty();
  if (scheduled) Unschedule(root, waiting);
  Place place(delivery.created, delivery.name);
  waiting.deliveries.emplace(std::move(place), std::move(delivery));
  if (!waiting.busy) Schedule(root, waiting);
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

void EndpointQueue::Remove(const PendingDelivery& taken) {
  RootQueue& waiting = roots_[taken.root];
  waiting.deliveries.erase({taken.created, taken.name});
  names_.erase(taken.name);
  waiting.busy = false;
  --busy_;
  if (waiting.deliveries.empty()) {
    roots_.erase(taken.root);
  } else {
    Schedule(taken.root, waiting);
  }
}

void EndpointQueue::Postpone(const PendingDelivery& taken, int attempts, absl::Time due) {
  RootQueue& waiting = roots_[taken.root];
  PendingDelivery& delivery = waiting.deliveries.at({taken.created, taken.name});
  delivery.attempts = attempts;
  delivery.due = due;
  waiting.busy = false;
  --busy_;
  Schedule(taken.root, waiting);
}

absl::Time EndpointQueue::NextDue() const {
  return due_.empty() ? absl::InfiniteFuture() : due_.begin()->first;
}

}  // namespace clusterwire::notification
