#include "tests/simulation/sim_clock.h"

#include <algorithm>

namespace clusterwire::simulation {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(1);  // of real time
constexpr int kStillLooks = 3;

void Pause() {
  Wakeup never;
  never.WaitFor(kLook);
}

}  // namespace

absl::Time SimClock::Now() const {
  MutexLock lock(mutex_);
  return now_;
}

absl::Duration SimClock::Uptime() const {
  MutexLock lock(mutex_);
  return elapsed_;
}

bool SimClock::WaitUntil(Wakeup& wakeup, absl::Time deadline) {
  uint64_t id = 0;
  Waiter self;
  {
    MutexLock lock(mutex_);
    id = ++waits_;
    self = {.deadline = deadline, .end = elapsed_ + (deadline - now_)};
    waiters_[id] = self;
  }
  bool notified = false;
  while (!notified && Now() < self.deadline && Uptime() < self.end) {
    notified = wakeup.WaitFor(kLook);
  }
  MutexLock lock(mutex_);
  waiters_.erase(id);
  return notified || wakeup.Consume();
}

void SimClock::Advance(absl::Duration by) {
  MutexLock lock(mutex_);
  now_ += by;
  elapsed_ += by;
}

void SimClock::Step(absl::Duration by) {
  MutexLock lock(mutex_);
  now_ += by;
  error_ += by;
}

absl::Duration SimClock::error() const {
  MutexLock lock(mutex_);
  return error_;
}

bool SimClock::AllAhead() const {
  return std::ranges::all_of(waiters_, [this](const auto& entry) {
    return now_ < entry.second.deadline && elapsed_ < entry.second.end;
  });
}

void SimClock::Settle(size_t threads) {
  uint64_t waits = 0;
  for (int still = 0; still < kStillLooks;) {
    Pause();
    MutexLock lock(mutex_);
    still = waits == waits_ && waiters_.size() >= threads && AllAhead() ? still + 1 : 0;
    waits = waits_;
  }
}

}  // namespace clusterwire::simulation
