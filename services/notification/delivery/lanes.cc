#include "services/notification/delivery/lanes.h"

namespace clusterwire::notification {

void Lanes::Schedule(const std::string& root, const Lane& lane) {
  agenda_.emplace(lane.deliveries.begin()->second.due, root);
}

void Lanes::Unschedule(const std::string& root, const Lane& lane) {
  agenda_.erase({lane.deliveries.begin()->second.due, root});
}

bool Lanes::Add(PendingDelivery delivery) {
  if (!names_.insert(delivery.name).second) return false;
  const std::string root = delivery.root;
  Lane& lane = lanes_[root];
  const bool waiting = !lane.busy && !lane.deliveries.empty();
  if (waiting) Unschedule(root, lane);
  Place place(delivery.created, delivery.name);
  lane.deliveries.emplace(std::move(place), std::move(delivery));
  if (!lane.busy) Schedule(root, lane);
  return true;
}

std::optional<PendingDelivery> Lanes::Take(absl::Time now) {
  if (agenda_.empty() || agenda_.begin()->first > now) return std::nullopt;
  const std::string root = agenda_.begin()->second;
  agenda_.erase(agenda_.begin());
  Lane& lane = lanes_[root];
  lane.busy = true;
  ++busy_;
  return lane.deliveries.begin()->second;
}

void Lanes::Settle(const PendingDelivery& taken) {
  Lane& lane = lanes_[taken.root];
  lane.deliveries.erase({taken.created, taken.name});
  names_.erase(taken.name);
  lane.busy = false;
  --busy_;
  if (lane.deliveries.empty()) {
    lanes_.erase(taken.root);
  } else {
    Schedule(taken.root, lane);
  }
}

void Lanes::Postpone(const PendingDelivery& taken, int attempts, absl::Time due) {
  Lane& lane = lanes_[taken.root];
  PendingDelivery& delivery = lane.deliveries.at({taken.created, taken.name});
  delivery.attempts = attempts;
  delivery.due = due;
  lane.busy = false;
  --busy_;
  Schedule(taken.root, lane);
}

absl::Time Lanes::NextDue() const {
  return agenda_.empty() ? absl::InfiniteFuture() : agenda_.begin()->first;
}

}  // namespace clusterwire::notification
