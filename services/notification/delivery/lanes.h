#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>

#include "absl/time/time.h"

#include "services/notification/ledger/deliveries.h"

namespace clusterwire::notification {

// What is to go to one endpoint, in lanes: one for each root resource. In a lane only the first is
// tried; the later ones wait through its retries and step past it when it is settled, dead ones
// too. Lanes don't wait for each other. Whoever owns it is its only thread.
class Lanes {
 public:
  // Puts it at its place in its lane; false when it is there already.
  bool Add(PendingDelivery delivery);

  // The first of the lane whose time came earliest, if any has come by `now`; the lane is then busy
  // until Settle() or Postpone().
  std::optional<PendingDelivery> Take(absl::Time now);
  void Settle(const PendingDelivery& taken);
  void Postpone(const PendingDelivery& taken, int attempts, absl::Time due);

  // When Take() gives something next; InfiniteFuture while nothing waits for the clock.
  absl::Time NextDue() const;
  size_t size() const { return names_.size(); }
  int busy() const { return busy_; }

 private:
  using Place = std::pair<absl::Time, std::string>;  // created, name
  struct Lane {
    std::map<Place, PendingDelivery> deliveries;  // never empty
    bool busy = false;
  };

  void Schedule(const std::string& root, const Lane& lane);
  void Unschedule(const std::string& root, const Lane& lane);

  std::map<std::string, Lane> lanes_;                    // by root
  std::set<std::pair<absl::Time, std::string>> agenda_;  // due of the first, root; not busy
  std::unordered_set<std::string> names_;
  int busy_ = 0;
};

}  // namespace clusterwire::notification
