#include "services/notification/delivery/agenda.h"

#include <algorithm>

namespace clusterwire::notification {

Agenda::Queue& Agenda::QueueOf(const std::string& endpoint) {
  return queues_.try_emplace(endpoint, random_).first->second;
}

void Agenda::Reschedule(const std::string& endpoint, Queue& queue) {
  const bool full = queue.lanes.busy() >= queue.breaker.Allowed(options_.in_flight_per_endpoint);
  const absl::Time at =
      full ? absl::InfiniteFuture() : std::max(queue.lanes.NextDue(), queue.breaker.open_until());
  if (at == queue.at) return;
  times_.erase({queue.at, endpoint});
  queue.at = at;
  if (at != absl::InfiniteFuture()) times_.emplace(at, endpoint);
}

// Half empty, so that the ledger is asked for many at once.
bool Agenda::HasRoom(const std::string& endpoint) const {
  const auto found = queues_.find(endpoint);
  return found == queues_.end() || found->second.lanes.size() <= options_.loaded_per_endpoint / 2;
}

bool Agenda::Offer(PendingDelivery delivery) {
  const std::string endpoint = delivery.endpoint;
  if (more_.contains(endpoint)) return false;  // older ones come first
  Queue& queue = QueueOf(endpoint);
  if (queue.lanes.size() >= options_.loaded_per_endpoint) {
    more_.insert(endpoint);
    return false;
  }
  if (queue.lanes.Add(std::move(delivery))) ++loaded_;
  Reschedule(endpoint, queue);
  return true;
}

void Agenda::MarkMore(const std::string& endpoint) { more_.insert(endpoint); }

std::vector<std::string> Agenda::ToLoad(size_t limit) const {
  std::vector<std::string> endpoints;
  for (const std::string& endpoint : more_) {
    if (endpoints.size() >= limit) break;
    if (HasRoom(endpoint)) endpoints.push_back(endpoint);
  }
  return endpoints;
}

void Agenda::Loaded(const std::string& endpoint, std::vector<PendingDelivery> deliveries,
                    bool complete) {
  Queue& queue = QueueOf(endpoint);
  for (PendingDelivery& delivery : deliveries) {
    if (queue.lanes.Add(std::move(delivery))) ++loaded_;
  }
  if (complete) more_.erase(endpoint);
  Reschedule(endpoint, queue);
}

std::vector<PendingDelivery> Agenda::Take(absl::Time now, size_t limit) {
  std::vector<PendingDelivery> taken;
  while (taken.size() < limit && in_flight_ < options_.in_flight && !times_.empty() &&
         times_.begin()->first <= now) {
    const std::string endpoint = times_.begin()->second;
    Queue& queue = QueueOf(endpoint);
    if (std::optional<PendingDelivery> delivery = queue.lanes.Take(now)) {
      taken.push_back(*std::move(delivery));
      ++in_flight_;
    }
    Reschedule(endpoint, queue);
  }
  return taken;
}

void Agenda::After(const PendingDelivery& taken, Queue& queue) {
  --in_flight_;
  Reschedule(taken.endpoint, queue);
}

void Agenda::Settle(const PendingDelivery& taken) {
  Queue& queue = QueueOf(taken.endpoint);
  queue.lanes.Settle(taken);
  --loaded_;
  After(taken, queue);
}

void Agenda::Postpone(const PendingDelivery& taken, int attempts, absl::Time due) {
  Queue& queue = QueueOf(taken.endpoint);
  queue.lanes.Postpone(taken, attempts, due);
  After(taken, queue);
}

void Agenda::Succeeded(const std::string& endpoint) {
  Queue& queue = QueueOf(endpoint);
  queue.breaker.OnSuccess();
  Reschedule(endpoint, queue);
}

void Agenda::Failed(const std::string& endpoint, absl::Time now, absl::Time until) {
  Queue& queue = QueueOf(endpoint);
  queue.breaker.OnFailure(now, until);
  Reschedule(endpoint, queue);
}

absl::Time Agenda::NextDue() const {
  if (times_.empty() || in_flight_ >= options_.in_flight) return absl::InfiniteFuture();
  return times_.begin()->first;
}

}  // namespace clusterwire::notification
