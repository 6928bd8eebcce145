#pragma once

#include "absl/time/time.h"

#include "libs/base/random.h"

namespace clusterwire {

// Growing pauses between tries of the same thing. Not thread-safe: one loop owns it.
class Backoff {
 public:
  struct Options {
    absl::Duration first = absl::Milliseconds(100);
    absl::Duration limit = absl::Seconds(30);
    double factor = 2;
    double jitter = 0.2;  // a pause is drawn from ±this share, so that many don't try in step
  };

  Backoff(Options options, Random& random) : options_(options), random_(random) {}

  // The pause before the next try.
  absl::Duration Next();
  // After a success.
  void Reset() { pause_ = absl::ZeroDuration(); }

 private:
  const Options options_;
  Random& random_;
  absl::Duration pause_ = absl::ZeroDuration();
};

}  // namespace clusterwire
