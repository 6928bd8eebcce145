#pragma once

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

#include "libs/base/threads/mutex.h"

namespace clusterwire {

// Something a loop waits for besides the time: work that arrived, or the order to stop. A Notify
// that comes while no thread waits is kept for the next wait, so none is lost.
class Wakeup {
 public:
  void Notify();
  // Forgets a kept Notify and says whether there was one.
  bool Consume();
  // Waits at most `timeout` in real time; true when notified.
  bool WaitFor(absl::Duration timeout);

 private:
  Mutex mutex_;
  CondVar changed_;
  bool notified_ ABSL_GUARDED_BY(mutex_) = false;
};

// What time it is, and waiting for a time. Everything that asks or waits gets one handed in; tests
// hand in a FakeClock. Safe for use from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  // As the machine is told. It may be set forward and back at any moment: right for what people
  // read and for days, wrong for how long something took or has to wait.
  virtual absl::Time Now() const = 0;
  // Since some moment before; unlike Now() it never goes back and can't be set. Lengths of
  // time are measured by it. It means nothing to another process.
  virtual absl::Duration Uptime() const = 0;
  // Blocks until `deadline` or until `wakeup` is notified; true when notified. Never longer than
  // the deadline was away when the wait began: a clock that is set back stretches no wait.
  virtual bool WaitUntil(Wakeup& wakeup, absl::Time deadline) = 0;

  // The machine's clock; lives as long as the program.
  static Clock& System();
};

// Inside we count in absl::Time, at the border in protobuf's Timestamp. Nanoseconds are kept.
absl::Time ToTime(const google::protobuf::Timestamp& timestamp);
google::protobuf::Timestamp ToTimestamp(absl::Time time);

}  // namespace clusterwire
