#pragma once

#include <cstdint>
#include <map>

#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"

namespace clusterwire::simulation {

// Virtual time: it moves when it is told to, and says when all that waits for it has seen where it
// stands. Safe for use from any thread.
class SimClock final : public Clock {
 public:
  explicit SimClock(absl::Time start) : now_(start) {}

  absl::Time Now() const override;
  absl::Duration Uptime() const override;
  bool WaitUntil(Wakeup& wakeup, absl::Time deadline) override;

  // Time passes.
  void Advance(absl::Duration by);
  // The wall clock is set, forward or back; no time passes.
  void Step(absl::Duration by);
  // How far the wall clock is from where it would be had it never been set.
  absl::Duration error() const;

  // Waits, for real, until so many threads wait, each for a later moment, and have done so for a
  // few milliseconds: notified ones would have gone on by then.
  void Settle(size_t threads);

 private:
  struct Waiter {
    absl::Time deadline;
    absl::Duration end;  // the same by the uptime
  };

  bool AllAhead() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
  absl::Duration elapsed_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  absl::Duration error_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  uint64_t waits_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<uint64_t, Waiter> waiters_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::simulation
