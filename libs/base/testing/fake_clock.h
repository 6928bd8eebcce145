#pragma once

#include "libs/base/time/clock.h"

namespace clusterwire {

// A clock that stands still until a test moves it. Waiters wake when it reaches their deadline, or
// when as much uptime has passed. Safe for use from any thread.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1'700'000'000)) : now_(start) {}

  absl::Time Now() const override;
  absl::Duration Uptime() const override;
  bool WaitUntil(Wakeup& wakeup, absl::Time deadline) override;

  // Time passes.
  void Advance(absl::Duration by);
  // Somebody sets the clock, back too: the uptime stays as it is.
  void Set(absl::Time now);

 private:
  mutable Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
  absl::Duration uptime_ ABSL_GUARDED_BY(mutex_) = absl::Hours(1);
};

}  // namespace clusterwire
