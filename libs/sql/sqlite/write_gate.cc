#include "libs/sql/sqlite/write_gate.h"

#include <chrono>
#include <deque>

namespace clusterwire::sql {

bool WriteGate::Enter(absl::Duration limit) {
  const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(limit);
  MutexLock lock(mutex_);
  if (!inside_) {
    inside_ = true;
    return true;
  }
  Waiter self;
  waiting_.push_back(&self);
  while (!self.entered) {
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds(0)) {
      std::erase(waiting_, &self);
      return false;
    }
    self.changed.WaitFor(mutex_, left);
  }
  return true;
}

void WriteGate::Leave() {
  MutexLock lock(mutex_);
  if (waiting_.empty()) {
    inside_ = false;
    return;
  }
  // Handed over, so that whoever just left can't slip in again first.
  waiting_.front()->entered = true;
  waiting_.front()->changed.NotifyOne();
  waiting_.pop_front();
}

}  // namespace clusterwire::sql
