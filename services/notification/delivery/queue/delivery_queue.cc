#include "services/notification/delivery/queue/delivery_queue.h"

#include <algorithm>

namespace clusterwire::notification {

DeliveryQueue::Entry& DeliveryQueue::EntryOf(const std::string& endpoint) {
  return entries_.try_emplace(endpoint, random_).first->second;
}

void DeliveryQueue::Reschedule(const std::string& endpoint, Entry& entry) {
  const bool full = entry.queue.busy() >= entry.breaker.Allowed(options_.in_flight_per_endpoint);
  const absl::Time at =
      full ? absl::InfiniteFuture() : std::max(entry.queue.NextDue(), entry.breaker.open_until());
  if (at == entry.at) return;
  times_.erase({entry.at, endpoint});
  entry.at = at;
  if (at != absl::InfiniteFuture()) times_.emplace(at, endpoint);
}

bool DeliveryQueue::Offer(PendingDelivery delivery) {
  const std::string endpoint = delivery.endpoint;
  if (more_.contains(endpoint)) return false;  // older ones come first
  Entry& entry = EntryOf(endpoint);
  if (entry.queue.size() >= options_.loaded_per_endpoint) {
    more_.insert(endpoint);
    return false;
  }
  // Found by Loaded() before it was offered, it may have been handed over by now.
  if (delivery.created <= entry.loaded_through) delivery.offered = absl::InfinitePast();
  if (entry.queue.Add(std::move(delivery))) ++loaded_;
  Reschedule(endpoint, entry);
  return true;
}

std::vector<std::string> DeliveryQueue::ToLoad(size_t limit) const {
  std::vector<std::string> endpoints;
  for (const std::string& endpoint : more_) {
    if (endpoints.size() >= limit) break;
    // Half empty, so that the ledger is asked for many at once.
    const auto found = entries_.find(endpoint);
    if (found == entries_.end() || found->second.queue.size() <= options_.loaded_per_endpoint / 2) {
      endpoints.push_back(endpoint);
    }
  }
  return endpoints;
}

void DeliveryQueue::Loaded(const std::string& endpoint, std::vector<PendingDelivery> deliveries,
                           bool complete) {
  Entry& entry = EntryOf(endpoint);
  for (PendingDelivery& delivery : deliveries) {
    entry.loaded_through = std::max(entry.loaded_through, delivery.created);
    if (entry.queue.Add(std::move(delivery))) ++loaded_;
  }
  if (complete) more_.erase(endpoint);
  Reschedule(endpoint, entry);
}

std::vector<PendingDelivery> DeliveryQueue::Take(absl::Time now, size_t limit) {
  std::vector<PendingDelivery> taken;
  while (taken.size() < limit && in_flight_ < options_.in_flight && !times_.empty() &&
         times_.begin()->first <= now) {
    const std::string endpoint = times_.begin()->second;
    Entry& entry = EntryOf(endpoint);
    if (std::optional<PendingDelivery> delivery = entry.queue.Take(now)) {
      taken.push_back(*std::move(delivery));
      ++in_flight_;
    }
    Reschedule(endpoint, entry);
  }
  return taken;
}

void DeliveryQueue::Remove(const PendingDelivery& taken) {
  Entry& entry = EntryOf(taken.endpoint);
  entry.queue.Remove(taken);
  --loaded_;
  --in_flight_;
  Reschedule(taken.endpoint, entry);
}

void DeliveryQueue::Postpone(const PendingDelivery& taken, int attempts, absl::Time due) {
  Entry& entry = EntryOf(taken.endpoint);
  entry.queue.Postpone(taken, attempts, due);
  --in_flight_;
  Reschedule(taken.endpoint, entry);
}

void DeliveryQueue::Succeeded(const std::string& endpoint) {
  Entry& entry = EntryOf(endpoint);
  entry.breaker.OnSuccess();
  Reschedule(endpoint, entry);
}

void DeliveryQueue::Failed(const std::string& endpoint, absl::Time now, absl::Time until) {
  Entry& entry = EntryOf(endpoint);
  entry.breaker.OnFailure(now, until);
  Reschedule(endpoint, entry);
}

absl::Time DeliveryQueue::NextDue() const {
  if (times_.empty() || in_flight_ >= options_.in_flight) return absl::InfiniteFuture();
  return times_.begin()->first;
}

}  // namespace clusterwire::notification
