#include "services/notification/delivery/queue/endpoint_queue.h"

#include <algorithm>

namespace clusterwire::notification {

bool EndpointQueue::Add(PendingDelivery delivery, absl::Duration now) {
  if (!names_.emplace(delivery.name, delivery.root).second) return false;
  const std::string root = delivery.root;
  RootQueue& waiting = roots_[root];
  if (!waiting.busy() && !waiting.deliveries.empty()) due_.erase(DueOf(root, waiting));
  Order order = OrderOf(delivery);
  const absl::Duration at = now + delivery.wait;
  waiting.deliveries.emplace(std::move(order), Waiting{std::move(delivery), at});
  if (!waiting.busy()) due_.insert(DueOf(root, waiting));
  return true;
}

std::optional<PendingDelivery> EndpointQueue::Take(absl::Duration now) {
  if (NextDue() > now) return std::nullopt;
  const std::string root = std::get<std::string>(*due_.begin());
  due_.erase(due_.begin());
  RootQueue& waiting = roots_[root];
  const PendingDelivery& first = waiting.deliveries.begin()->second.delivery;
  waiting.under_way = first.name;
  ++busy_;
  return first;
}

void EndpointQueue::Release(const std::string& root, RootQueue& waiting) {
  waiting.under_way.clear();
  --busy_;
  if (waiting.deliveries.empty()) {
    roots_.erase(root);
  } else {
    due_.insert(DueOf(root, waiting));
  }
}

void EndpointQueue::Remove(const PendingDelivery& taken) {
  RootQueue& waiting = roots_[taken.root];
  waiting.deliveries.erase(OrderOf(taken));
  names_.erase(taken.name);
  Release(taken.root, waiting);
}

void EndpointQueue::Postpone(const PendingDelivery& next, absl::Duration at) {
  RootQueue& waiting = roots_[next.root];
  waiting.deliveries.at(OrderOf(next)) = {next, at};
  Release(next.root, waiting);
}

void EndpointQueue::Hasten(absl::Duration now) {
  due_.clear();
  for (auto& [root, waiting] : roots_) {
    for (auto& [order, one] : waiting.deliveries) one.at = std::min(one.at, now);
    if (!waiting.busy()) due_.insert(DueOf(root, waiting));
  }
}

void EndpointQueue::Hasten(const std::string& delivery, absl::Duration now) {
  const auto name = names_.find(delivery);
  if (name == names_.end()) return;
  RootQueue& waiting = roots_[name->second];
  if (!waiting.busy()) due_.erase(DueOf(name->second, waiting));
  for (auto& [order, one] : waiting.deliveries) {
    one.at = std::min(one.at, now);
    if (order.second == delivery) break;
  }
  if (!waiting.busy()) due_.insert(DueOf(name->second, waiting));
}

size_t EndpointQueue::Drop(const std::function<bool(const PendingDelivery&)>& which) {
  size_t dropped = 0;
  for (auto root = roots_.begin(); root != roots_.end();) {
    RootQueue& waiting = root->second;
    if (!waiting.busy()) due_.erase(DueOf(root->first, waiting));
    for (auto one = waiting.deliveries.begin(); one != waiting.deliveries.end();) {
      if (one->first.second == waiting.under_way || !which(one->second.delivery)) {
        ++one;
        continue;
      }
      names_.erase(one->first.second);
      one = waiting.deliveries.erase(one);
      ++dropped;
    }
    if (waiting.deliveries.empty()) {
      root = roots_.erase(root);
      continue;
    }
    if (!waiting.busy()) due_.insert(DueOf(root->first, waiting));
    ++root;
  }
  return dropped;
}

absl::Duration EndpointQueue::NextDue() const {
  return due_.empty() ? absl::InfiniteDuration() : std::get<absl::Duration>(*due_.begin());
}

std::optional<EndpointQueue::Place> EndpointQueue::Find(const std::string& delivery) const {
  const auto name = names_.find(delivery);
  if (name == names_.end()) return std::nullopt;
  const RootQueue& waiting = roots_.at(name->second);
  const Waiting& first = waiting.deliveries.begin()->second;
  return Place{.first = waiting.busy() ? waiting.under_way : first.delivery.name,
               .at = first.at,
               .busy = waiting.busy()};
}

}  // namespace clusterwire::notification
