#include "services/notification/delivery/queue/delivery_queue.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace clusterwire::notification {

DeliveryQueue::Entry& DeliveryQueue::EntryOf(const std::string& endpoint) {
  const auto known = known_.find(endpoint);
  if (known != known_.end()) return *known->second;
  auto entry = std::make_unique<Entry>(endpoint, ++made_, random_);
  entry->has_receiver = has_receiver_(endpoint);
  entry->over_server = over_server_(endpoint);
  known_.emplace(entry->endpoint, entry.get());
  return *entries_.emplace(entry->endpoint, std::move(entry)).first->second;
}

const DeliveryQueue::Entry* DeliveryQueue::Find(const std::string& endpoint) const {
  const auto known = known_.find(endpoint);
  return known == known_.end() ? nullptr : known->second;
}

int DeliveryQueue::MostUnderWay(const Entry& entry) const {
  if (!entry.has_receiver) return options_.in_flight_per_endpoint;
  return entry.breaker.Allowed(PlacesOf(entry).Limit(entry.pace.kind()));
}

absl::Duration DeliveryQueue::ClosedUntil(const Entry& entry) const {
  const absl::Duration closed = entry.breaker.closed_until();
  return entry.over_server ? std::max(closed, server_.closed_until()) : closed;
}

bool DeliveryQueue::HasRoom(const Entry& entry) const {
  if (entry.over_server && server_places_.taken() >= server_.Allowed(server_places_.all())) {
    return false;
  }
  return !entry.has_receiver || PlacesOf(entry).HasRoom(entry.pace.kind());
}

bool DeliveryQueue::IsReady(const Entry& entry, absl::Duration now) const {
  return entry.queue.NextDue() <= now && ClosedUntil(entry) <= now &&
         entry.queue.busy() < MostUnderWay(entry);
}

bool DeliveryQueue::MayTake(const Entry& entry) const {
  return !entry.has_receiver ||
         PlacesOf(entry).MayTake(entry.pace.kind(), entry.queue.busy(), entry.subscriber);
}

void DeliveryQueue::Reschedule(Entry& entry) {
  absl::Duration at = absl::InfiniteDuration();
  if (!entry.in_line && entry.queue.busy() < MostUnderWay(entry)) {
    at = std::max(entry.queue.NextDue(), ClosedUntil(entry));
  }
  if (at != entry.at) {
    times_.erase({entry.at, &entry});
    entry.at = at;
    if (at != absl::InfiniteDuration()) times_.emplace(at, &entry);
  }
  if (entry.more && !entry.to_load && entry.queue.size() <= Most() / 2) {
    QueueToLoad(entry, /*first=*/false);
  }
  NoteIdle(entry);
}

// Those that have nothing waiting are remembered for their pace, but not for ever.
void DeliveryQueue::NoteIdle(Entry& entry) {
  const bool is_idle = entry.queue.size() == 0 && !entry.more && !entry.in_line;
  if (is_idle && !entry.idle) {
    entry.idle = idle_.insert(idle_.end(), &entry);
  } else if (!is_idle && entry.idle) {
    idle_.erase(*entry.idle);
    entry.idle.reset();
  }
  if (idle_.size() <= kIdle) return;
  const Entry* const oldest = idle_.front();
  idle_.pop_front();
  known_.erase(oldest->endpoint);
  entries_.erase(oldest->endpoint);  // nothing is due there, so it is in no other list
}

size_t DeliveryQueue::Most() const {
  if (loaded_ >= options_.loaded) return kLoadedWhenFull;
  const size_t left = options_.loaded - loaded_;
  return std::min(options_.loaded_per_endpoint, std::max(kLeastLoaded, left / 4));
}

size_t DeliveryQueue::Room() const {
  MutexLock lock(mutex_);
  return Most();
}

void DeliveryQueue::QueueToLoad(Entry& entry, bool first) {
  if (entry.to_load) to_load_.erase(*entry.to_load);
  entry.to_load = to_load_.insert(first ? to_load_.begin() : to_load_.end(), &entry);
}

bool DeliveryQueue::Offer(PendingDelivery delivery, absl::Duration now) {
  MutexLock lock(mutex_);
  Entry& entry = EntryOf(delivery.endpoint);
  if (entry.more) {  // older ones come first
    if (entry.to_load) QueueToLoad(entry, /*first=*/true);
    return false;
  }
  if (entry.queue.size() >= Most()) {
    entry.more = true;
    Reschedule(entry);
    return false;
  }
  // Found by Loaded() before it was offered, it may have been handed over by now.
  if (delivery.sequence <= entry.loaded_through) delivery.offered = absl::InfiniteDuration();
  if (entry.queue.Add(std::move(delivery), now)) ++loaded_;
  Reschedule(entry);
  return true;
}

void DeliveryQueue::MarkMore(const std::string& endpoint) {
  MutexLock lock(mutex_);
  Entry& entry = EntryOf(endpoint);
  entry.more = true;
  Reschedule(entry);
}

std::vector<std::string> DeliveryQueue::ToLoad(size_t limit) const {
  MutexLock lock(mutex_);
  std::vector<std::string> endpoints;
  for (const Entry* entry : to_load_) {
    if (endpoints.size() >= limit) break;
    endpoints.push_back(entry->endpoint);
  }
  return endpoints;
}

void DeliveryQueue::Loaded(const std::string& endpoint, std::vector<PendingDelivery> deliveries,
                           bool complete, absl::Duration now) {
  MutexLock lock(mutex_);
  Entry& entry = EntryOf(endpoint);
  if (entry.to_load) to_load_.erase(*entry.to_load);
  entry.to_load.reset();
  for (PendingDelivery& delivery : deliveries) {
    entry.loaded_through = std::max(entry.loaded_through, delivery.sequence);
    if (entry.queue.Add(std::move(delivery), now)) ++loaded_;
  }
  if (complete) entry.more = false;
  Reschedule(entry);
}

std::vector<PendingDelivery> DeliveryQueue::Take(absl::Duration now, size_t limit) {
  MutexLock lock(mutex_);
  while (!times_.empty() && times_.begin()->first <= now) {
    Entry& entry = *times_.begin()->second;
    entry.in_line = true;
    lines_[LineOf(entry)].Add(entry);
    Reschedule(entry);
  }
  std::vector<PendingDelivery> taken;
  for (bool any = true; any && taken.size() < limit;) {
    any = false;
    for (size_t line = 0; line < kLines && taken.size() < limit; ++line) {
      std::optional<PendingDelivery> delivery = TakeFrom(line, now);
      if (!delivery) continue;
      taken.push_back(*std::move(delivery));
      any = true;
    }
  }
  more_due_ = taken.size() >= limit;
  return taken;
}

// Only those that hold places already can be passed over, so this looks at few.
std::optional<PendingDelivery> DeliveryQueue::TakeFrom(size_t line, absl::Duration now) {
  Turns<Entry>& turns = lines_[line];
  for (size_t looks = turns.size(); looks > 0; --looks) {
    Entry& entry = turns.Next();
    if (!IsReady(entry, now) || LineOf(entry) != line) {
      turns.Leave();
      entry.in_line = false;
      Reschedule(entry);
      continue;
    }
    if (!HasRoom(entry)) return std::nullopt;
    turns.Pass();
    if (!MayTake(entry)) continue;
    std::optional<PendingDelivery> delivery = entry.queue.Take(now);
    ++in_flight_;
    if (entry.has_receiver) {
      Places& places = entry.over_server ? server_places_ : places_;
      places.Take(entry.pace.kind(), entry.subscriber);
      held_[delivery->name] = {entry.pace.kind(), entry.over_server};
    }
    return delivery;
  }
  return std::nullopt;
}

void DeliveryQueue::GiveBack(const Entry& entry, const PendingDelivery& taken) {
  --in_flight_;
  const auto held = held_.find(taken.name);
  if (held == held_.end()) return;
  Places& places = held->second.over_server ? server_places_ : places_;
  places.GiveBack(held->second.kind, entry.subscriber);
  held_.erase(held);
}

void DeliveryQueue::Remove(const PendingDelivery& taken) {
  MutexLock lock(mutex_);
  Entry& entry = EntryOf(taken.endpoint);
  entry.queue.Remove(taken);
  --loaded_;
  GiveBack(entry, taken);
  Reschedule(entry);
}

void DeliveryQueue::Postpone(const PendingDelivery& next, absl::Duration at) {
  MutexLock lock(mutex_);
  Entry& entry = EntryOf(next.endpoint);
  entry.queue.Postpone(next, at);
  GiveBack(entry, next);
  Reschedule(entry);
}

void DeliveryQueue::Ended(const PendingDelivery& taken, const DeliveryResult& result,
                          absl::Duration now) {
  MutexLock lock(mutex_);
  Entry& entry = EntryOf(taken.endpoint);
  if (entry.over_server && result.attempt) {
    if (result.server_away) {
      server_.OnFailure(taken.name, now);
      if (result.rest > absl::ZeroDuration()) server_.Rest(now + result.rest);
    } else {
      server_.OnSuccess();
      entry.pace.OnAnswer(result.took);
    }
    Reschedule(entry);
    return;
  }
  if (result.health == EndpointHealth::kUnknown) return;  // perhaps there was no try
  if (result.attempt && result.attempt->http_status() != 0) {
    entry.pace.OnAnswer(result.took);
  } else if (result.health == EndpointHealth::kBad) {
    entry.pace.OnSilence();
  }
  if (result.health == EndpointHealth::kBad) {
    entry.breaker.OnFailure(taken.name, now);
  } else {
    entry.breaker.OnSuccess();  // it is up, also where it refuses this event
  }
  if (result.rest > absl::ZeroDuration()) entry.breaker.Rest(now + result.rest);
  Reschedule(entry);
}

void DeliveryQueue::Forgive(const std::string& endpoint, absl::Duration now) {
  MutexLock lock(mutex_);
  const auto found = known_.find(endpoint);
  if (found == known_.end()) return;
  found->second->breaker.Forgive();
  found->second->pace = Pace();
  found->second->queue.Hasten(now);
  Reschedule(*found->second);
}

void DeliveryQueue::Hasten(const std::string& endpoint, const std::string& delivery,
                           absl::Duration now) {
  MutexLock lock(mutex_);
  const auto found = known_.find(endpoint);
  if (found == known_.end()) return;
  found->second->queue.Hasten(delivery, now);
  Reschedule(*found->second);
}

// The endpoints of the subscriber that `name` is, or that it lies under.
std::vector<std::string> DeliveryQueue::Siblings(const std::string& name) const {
  const std::string endpoints =
      absl::StrCat(name.substr(0, name.find('/', name.find('/') + 1)), "/endpoints/");
  std::vector<std::string> siblings;
  for (auto one = entries_.lower_bound(endpoints);
       one != entries_.end() && one->first.starts_with(endpoints); ++one) {
    siblings.emplace_back(one->first);
  }
  return siblings;
}

void DeliveryQueue::Reread(const std::string& name) {
  Drop(name);
  MutexLock lock(mutex_);
  const bool one = name.find("/endpoints/") != std::string::npos;
  for (const std::string& endpoint : one ? std::vector<std::string>{name} : Siblings(name)) {
    Entry& entry = EntryOf(endpoint);
    entry.more = true;
    Reschedule(entry);
  }
}

void DeliveryQueue::Drop(const std::string& name) {
  MutexLock lock(mutex_);
  const std::string below = absl::StrCat(name, "/");  // of a subscriber
  for (const std::string& endpoint : Siblings(name)) {
    Entry& entry = EntryOf(endpoint);
    loaded_ -= entry.queue.Drop([&](const PendingDelivery& delivery) {
      return delivery.endpoint == name || delivery.subscription == name ||
             absl::StartsWith(delivery.subscription, below);
    });
    Reschedule(entry);
  }
}

absl::Duration DeliveryQueue::TimeLimit(const std::string& endpoint, absl::Duration most) const {
  MutexLock lock(mutex_);
  const Entry* entry = Find(endpoint);
  return entry == nullptr ? most : entry->pace.TimeLimit(most);
}

absl::Duration DeliveryQueue::NextDue() const {
  MutexLock lock(mutex_);
  if (more_due_) return absl::ZeroDuration();
  return times_.empty() ? absl::InfiniteDuration() : times_.begin()->first;
}

int DeliveryQueue::in_flight() const {
  MutexLock lock(mutex_);
  return in_flight_;
}

size_t DeliveryQueue::loaded() const {
  MutexLock lock(mutex_);
  return loaded_;
}

std::optional<DeliveryQueue::Wait> DeliveryQueue::Explain(const std::string& endpoint,
                                                          const std::string& delivery,
                                                          absl::Duration now) const {
  MutexLock lock(mutex_);
  const Entry* entry = Find(endpoint);
  if (entry == nullptr) return std::nullopt;
  const std::optional<EndpointQueue::Place> place = entry->queue.Find(delivery);
  if (!place) return std::nullopt;
  const absl::Duration closed = ClosedUntil(*entry);
  if (place->first != delivery) {
    Wait wait{absl::StrCat("waits for ", place->first,
                           ", which comes before it about the same resource")};
    if (!place->busy) wait.until = std::max({place->at, closed, now});
    return wait;
  }
  if (place->busy) return Wait{"is being handed over"};
  if (entry->over_server && server_.closed_until() > now && closed >= place->at) {
    return Wait{"no mail can be sent at the moment; the service's operators see why", closed};
  }
  if (closed > now && closed >= place->at) {
    return Wait{entry->breaker.rests_until() >= closed
                    ? std::string("the endpoint asked to be left alone")
                    : absl::StrCat("the endpoint is spared: ", entry->breaker.failed(),
                                   " deliveries in a row failed there; EnableEndpoint has it tried"
                                   " at once"),
                closed};
  }
  if (place->at > now) return Wait{.reason = {}, .until = place->at, .by_itself = true};
  if (MayTake(*entry)) return Wait{"has its turn next", now};
  return Wait{absl::StrCat("waits for a place: ", entry->queue.busy(), " of its endpoint, ",
                           PlacesOf(*entry).TakenBy(entry->subscriber), " of its subscriber and ",
                           PlacesOf(*entry).taken(), " of all ", PlacesOf(*entry).all(),
                           " are under way")};
}

DeliveryQueue::Usage DeliveryQueue::usage() const {
  MutexLock lock(mutex_);
  Usage usage{.places = places_.all(), .taken = places_.taken(), .holders = {}};
  for (const auto& [endpoint, entry] : entries_) {
    if (!entry->has_receiver || entry->over_server) continue;
    if (entry->queue.busy() == 0 && !entry->in_line) continue;
    usage.holders.push_back(
        {.endpoint = entry->endpoint,
         .places = entry->queue.busy(),
         .waiting = entry->queue.size() - static_cast<size_t>(entry->queue.busy()),
         .kind = entry->pace.kind()});
  }
  std::ranges::stable_sort(usage.holders, std::ranges::greater(), &Holder::places);
  return usage;
}

}  // namespace clusterwire::notification
