#pragma once

#include <set>
#include <string>

#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/worker.h"

namespace clusterwire::notification {

// Spares an endpoint that fails: after kThreshold deliveries in a row that failed nothing goes
// there for a while, then one try at a time until one succeeds. One delivery that fails again and
// again counts once: it waits by its own schedule, and must not hold the others. An endpoint that
// asks to be left alone rests besides that. Times are uptimes. Used by the thread of its owner
// alone.
class Breaker {
 public:
  static constexpr size_t kThreshold = 5;
  static constexpr absl::Duration kFirstPause = absl::Seconds(10);
  static constexpr absl::Duration kLongestPause = absl::Minutes(10);

  explicit Breaker(Random& random)
      : backoff_({.first = kFirstPause, .limit = kLongestPause}, random) {}

  // Nothing may go there before, for either cause.
  absl::Duration closed_until() const { return std::max(open_until_, rests_until_); }
  absl::Duration rests_until() const { return rests_until_; }
  size_t failed() const { return failed_.size(); }  // in a row, up to kThreshold
  // How many may be under way, of `limit`, once that time has come.
  int Allowed(int limit) const { return failed_.size() >= kThreshold ? 1 : limit; }

  void OnSuccess();
  void OnFailure(const std::string& delivery, absl::Duration now);
  // The receiver asks for it.
  void Rest(absl::Duration until) { rests_until_ = std::max(rests_until_, until); }
  // Its owner has done something about it.
  void Forgive();

 private:
  Backoff backoff_;
  std::set<std::string> failed_;  // deliveries, since the last success
  absl::Duration open_until_ = -absl::InfiniteDuration();
  absl::Duration rests_until_ = -absl::InfiniteDuration();
};

}  // namespace clusterwire::notification
