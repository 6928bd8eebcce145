#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "absl/time/time.h"

#include "services/notification/ledger/deliveries/deliveries.h"

namespace clusterwire::notification {

// What is to go to one endpoint, in order: of the deliveries about one root resource only the first
// is tried; the later ones wait through its retries and follow when it is removed, dead ones too.
// Roots don't wait for each other. Times are uptimes, so that a clock that is set back holds
// nothing up. Used by the thread of its owner alone.
class EndpointQueue {
 public:
  // Where a delivery stands: `first`, which may be itself, has its turn.
  struct Place {
    std::string first;
    absl::Duration at;  // when that is tried next
    bool busy = false;  // it is under way
  };

  // Puts it at its place behind others of its root, to be tried when its wait is over; false when
  // it is there already.
  bool Add(PendingDelivery delivery, absl::Duration now);

  // The first of the root whose time came earliest, if any has come by `now`; the root is then busy
  // until Remove() or Postpone().
  std::optional<PendingDelivery> Take(absl::Duration now);
  void Remove(const PendingDelivery& taken);
  // `next` is the same with what it counts by now.
  void Postpone(const PendingDelivery& next, absl::Duration at);
  // All that wait for a later moment are due now.
  void Hasten(absl::Duration now);
  // Those of the delivery's root, as far as itself.
  void Hasten(const std::string& delivery, absl::Duration now);
  // Forgets those, but none that is under way. Gives how many.
  size_t Drop(const std::function<bool(const PendingDelivery&)>& which);

  // When Take() gives something next; InfiniteDuration while nothing waits for the clock.
  absl::Duration NextDue() const;
  std::optional<Place> Find(const std::string& delivery) const;
  size_t size() const { return names_.size(); }
  int busy() const { return busy_; }

 private:
  using Order = std::pair<int64_t, std::string>;  // sequence, name
  struct Waiting {
    PendingDelivery delivery;
    absl::Duration at;
  };
  struct RootQueue {
    std::map<Order, Waiting> deliveries;  // never empty
    std::string under_way;                // which, if one is; perhaps not the first any more
    bool busy() const { return !under_way.empty(); }
  };
  using Due = std::tuple<absl::Duration, int64_t, std::string>;  // when, sequence, root

  static Order OrderOf(const PendingDelivery& delivery) {
    return {delivery.sequence, delivery.name};
  }
  static Due DueOf(const std::string& root, const RootQueue& waiting) {
    const auto& [order, first] = *waiting.deliveries.begin();
    return {first.at, order.first, root};
  }
  void Release(const std::string& root, RootQueue& waiting);

  std::map<std::string, RootQueue> roots_;              // by root
  std::set<Due> due_;                                   // of the first; not busy
  std::unordered_map<std::string, std::string> names_;  // of deliveries, with their roots
  int busy_ = 0;
};

}  // namespace clusterwire::notification
