#include "libs/base/testing/fake_clock.h"

namespace clusterwire {

absl::Time FakeClock::Now() const {
  MutexLock lock(mutex_);
  return now_;
}

absl::Duration FakeClock::Uptime() const {
  MutexLock lock(mutex_);
  return uptime_;
}

bool FakeClock::WaitUntil(Wakeup& wakeup, absl::Time deadline) {
  // Two things can end the wait and only one can be blocked on: look at the fake time again every
  // millisecond of real time. Nothing observable depends on the pace.
  const absl::Duration end = Uptime() + (deadline - Now());
  while (true) {
    if (wakeup.WaitFor(absl::Milliseconds(1))) return true;
    if (Now() >= deadline || Uptime() >= end) return wakeup.Consume();
  }
}

void FakeClock::Advance(absl::Duration by) {
  MutexLock lock(mutex_);
  now_ += by;
  uptime_ += by;
}

void FakeClock::Set(absl::Time now) {
  MutexLock lock(mutex_);
  now_ = now;
}

}  // namespace clusterwire
