#include "libs/base/time/clock.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/time/clock.h"

namespace clusterwire {
namespace {

class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  absl::Duration Uptime() const override {
    return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
  }

  bool WaitUntil(Wakeup& wakeup, absl::Time deadline) override {
    const absl::Duration end = Uptime() + (deadline - Now());
    while (true) {
      const absl::Duration left = std::min(deadline - Now(), end - Uptime());
      if (left <= absl::ZeroDuration()) return wakeup.Consume();
      // An hour at most, then the clock is asked again: it may have been set forward.
      if (wakeup.WaitFor(std::min(left, absl::Hours(1)))) return true;
    }
  }
};

}  // namespace

void Wakeup::Notify() {
  MutexLock lock(mutex_);
  notified_ = true;
  changed_.NotifyAll();
}

bool Wakeup::Consume() {
  MutexLock lock(mutex_);
  return std::exchange(notified_, false);
}

bool Wakeup::WaitFor(absl::Duration timeout) {
  const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(timeout);
  MutexLock lock(mutex_);
  while (!notified_) {
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds(0)) return false;
    changed_.WaitFor(mutex_, left);
  }
  notified_ = false;
  return true;
}

Clock& Clock::System() {
  static SystemClock* const kClock = new SystemClock;
  return *kClock;
}

absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = absl::ToUnixSeconds(time);  // rounds down, so that nanos aren't negative
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

}  // namespace clusterwire
