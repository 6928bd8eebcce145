#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>

#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/worker.h"
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
  using Place = std::pair<absl::Time, std::string>;
  struct RootQueue {
    std::map<Place, PendingDelivery> deliveries;  // by created, name; never empty
    bool busy = false;
  };

  static Place DueOf(const std::string& root, const RootQueue& waiting) {
    return {waiting.deliveries.begin()->second.due, root};
  }
  void Release(const std::string& root, RootQueue& waiting);

  std::map<std::string, RootQueue> roots_;  // by root
  std::set<Place> due_;                     // due of the first, root; not busy
  std::unordered_set<std::string> names_;
  int busy_ = 0;
};

// Spares an endpoint that fails: after kThreshold failures in a row nothing goes there for a while,
// then one try at a time until one succeeds. Used by the thread of its owner alone.
class Breaker {
 public:
  static constexpr int kThreshold = 5;
  static constexpr absl::Duration kFirstPause = absl::Seconds(10);
  static constexpr absl::Duration kLongestPause = absl::Minutes(10);

  explicit Breaker(Random& random)
      : backoff_({.first = kFirstPause, .limit = kLongestPause}, random) {}

  // Nothing may go there before; InfinitePast when it is closed.
  absl::Time open_until() const { return open_until_; }
  // How many may be under way, of `limit`, once that time has come.
  int Allowed(int limit) const { return failures_ >= kThreshold ? 1 : limit; }

  void OnSuccess();
  // `until` is what the receiver asked for; InfinitePast when it asked for nothing.
  void OnFailure(absl::Time now, absl::Time until);

 private:
  Backoff backoff_;
  int failures_ = 0;  // in a row
  absl::Time open_until_ = absl::InfinitePast();
};

}  // namespace clusterwire::notification
