#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

#include "services/notification/delivery/queue/endpoint_queue.h"

namespace clusterwire::notification {

// What is pending, in memory, and what of it is due: for each endpoint a queue and a breaker. An
// endpoint holds only itself: it has a limit of what may be under way and of what is in memory;
// what is beyond stays in the ledger and is loaded when there is room. Used by the thread of its
// owner alone.
class DeliveryQueue {
 public:
  struct Options {
    int in_flight_per_endpoint = 32;
    int in_flight = 1000;
    size_t loaded_per_endpoint = 1000;
  };

  DeliveryQueue(Options options, Random& random) : options_(options), random_(random) {}

  // A delivery that is in the ledger; false when it is left there, to be loaded later.
  bool Offer(PendingDelivery delivery);
  // The ledger may hold more for this endpoint.
  void MarkMore(const std::string& endpoint) { more_.insert(endpoint); }
  // Up to `limit` endpoints that have more in the ledger, and room for it.
  std::vector<std::string> ToLoad(size_t limit) const;
  // The oldest that the ledger has pending; `complete`: there is no more.
  void Loaded(const std::string& endpoint, std::vector<PendingDelivery> deliveries, bool complete);

  // Up to `limit` deliveries whose time has come; under way from now on, until Remove() or
  // Postpone().
  std::vector<PendingDelivery> Take(absl::Time now, size_t limit);
  void Remove(const PendingDelivery& taken);
  void Postpone(const PendingDelivery& taken, int attempts, absl::Time due);
  // How a try went, for the breaker.
  void Succeeded(const std::string& endpoint);
  void Failed(const std::string& endpoint, absl::Time now, absl::Time until);

  // When Take() gives something next.
  absl::Time NextDue() const;
  int in_flight() const { return in_flight_; }
  size_t loaded() const { return loaded_; }

 private:
  struct Entry {
    explicit Entry(Random& random) : breaker(random) {}
    EndpointQueue queue;
    Breaker breaker;
    absl::Time at = absl::InfiniteFuture();            // its place in times_
    absl::Time loaded_through = absl::InfinitePast();  // the newest that came from the ledger
  };

  Entry& EntryOf(const std::string& endpoint);
  void Reschedule(const std::string& endpoint, Entry& entry);

  const Options options_;
  Random& random_;
  std::map<std::string, Entry> entries_;                // by endpoint
  std::set<std::pair<absl::Time, std::string>> times_;  // endpoints, by when they are next due
  std::set<std::string> more_;                          // endpoints with more in the ledger
  int in_flight_ = 0;
  size_t loaded_ = 0;
};

}  // namespace clusterwire::notification
