#include "libs/base/testing/fake_clock.h"

namespace clusterwire {

absl::Time FakeClock::Now() const {
  MutexLock lock(mutex_);
  return now_;
}

absl::Duration FakeClock::Uptime() const {
  MutexLock lock(mutex_);
  return elapsed_;
}

bool FakeClock::WaitUntil(Wakeup& wakeup, absl::Time deadline) {
  absl::Duration end;
  {
    MutexLock lock(mutex_);
    end = elapsed_ + (deadline - now_);
    ++waiting_;
  }
  // Two things can end the wait and only one can be blocked on: look at the fake time again every
  // millisecond of real time. Nothing observable depends on the pace.
  bool notified = false;
  while (!notified && Now() < deadline && Uptime() < end) {
    notified = wakeup.WaitFor(absl::Milliseconds(1));
  }
  MutexLock lock(mutex_);
  --waiting_;
  return notified || wakeup.Consume();
}

int FakeClock::waiting() const {
  MutexLock lock(mutex_);
  return waiting_;
}

void FakeClock::Advance(absl::Duration by) {
  MutexLock lock(mutex_);
  now_ += by;
  elapsed_ += by;
}

void FakeClock::Set(absl::Time now) {
  MutexLock lock(mutex_);
  now_ = now;
}

}  // namespace clusterwire
