#pragma once

#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/worker.h"

namespace clusterwire::notification {

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
