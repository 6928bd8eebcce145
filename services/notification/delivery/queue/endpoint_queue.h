#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>

#include "absl/time/time.h"

#include "services/notification/ledger/deliveries/deliveries.h"

namespace clusterwire::notification {

// What is to go to one endpoint, in order: of the deliveries about one root resource only the first
// is tried; the later ones wait through its retries and follow when it is removed, dead ones too.
// Roots don't wait for each other. Used by the thread of its owner alone.
class EndpointQueue {
 public:
  // Puts it at its place behind others of its root; false when it is there already.
  bool Add(PendingDelivery delivery);

  // The first of the root whose time came earliest, if any has come by `now`; the root is then busy
  // until Remove() or Postpone().
  std::optional<PendingDelivery> Take(absl::Time now);
  void Remove(const PendingDelivery& taken);
  void Postpone(const PendingDelivery& taken, int attempts, absl::Time due);

  // When Take() gives something next; InfiniteFuture while nothing waits for the clock.
  absl::Time NextDue() const;
  size_t size() const { return names_.size(); }
  int busy() const { return busy_; }

 private:
  using Place = std::pair<absl::Time, std::string>;  // created, name
  struct RootQueue {
    std::map<Place, PendingDelivery> deliveries;  // never empty
    bool busy = false;
  };

  void Schedule(const std::string& root, const RootQueue& waiting);
  void Unschedule(const std::string& root, const RootQueue& waiting);

  std::map<std::string, RootQueue> roots_;            // by root
  std::set<std::pair<absl::Time, std::string>> due_;  // due of the first, root; not busy
  std::unordered_set<std::string> names_;
  int busy_ = 0;
};

}  // namespace clusterwire::notification
