#pragma once

#include "libs/base/time/clock.h"

namespace clusterwire {

// A clock that stands still until a test moves it. Waiters wake when Advance() reaches their
// deadline. Safe for use from any thread.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1'700'000'000)) : now_(start) {}

  absl::Time Now() const override;
  bool WaitUntil(Wakeup& wakeup, absl::Time deadline) override;

  void Advance(absl::Duration by);
  void Set(absl::Time now);

 private:
  mutable Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire
