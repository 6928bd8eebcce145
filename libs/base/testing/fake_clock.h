#pragma once

#include "libs/base/time/clock.h"

namespace clusterwire {

// A clock that stands still until a test moves it. Waiters wake when Advance() or Set() reaches
// their deadline. Safe for use from any thread.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1'700'000'000)) : now_(start) {}

  absl::Time Now() const override;
  absl::Duration Uptime() const override;
  bool WaitUntil(Wakeup& wakeup, absl::Time deadline) override;

  // Time passes.
  void Advance(absl::Duration by);
  // The wall clock is set, forward or back; no time passes.
  void Set(absl::Time now);
  // How many threads wait for a time.
  int waiting() const;

 private:
  mutable Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
  int waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Duration elapsed_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
};

}  // namespace clusterwire
