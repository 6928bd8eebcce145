#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"

namespace clusterwire {

// Growing pauses between tries of the same thing. Not thread-safe: one loop owns it.
class Backoff {
 public:
  struct Options {
    absl::Duration first = absl::Milliseconds(100);
    absl::Duration limit = absl::Seconds(30);
    double factor = 2;
    double jitter = 0.2;  // a pause is drawn from ±this share, so that many don't try in step
  };

  Backoff(Options options, Random& random) : options_(options), random_(random) {}

  // The pause before the next try.
  absl::Duration Next();
  // After a success.
  void Reset() { pause_ = absl::ZeroDuration(); }

 private:
  const Options options_;
  Random& random_;
  absl::Duration pause_ = absl::ZeroDuration();
};

// A thread that repeats a step until its owner ends. Make it the owner's last member: the step uses
// the others from the first moment on, and the destructor waits for a step that runs.
//
//   worker_(clock, random, [this]() -> absl::StatusOr<absl::Time> {
//     RETURN_IF_ERROR(LookForWork());
//     return clock_.Now() + kPoll;
//   })
class Worker {
 public:
  // Gives the time of the next step, which Wake() brings forward. After an error the next step
  // comes after a growing pause, which only Retry() ends.
  using Step = std::function<absl::StatusOr<absl::Time>()>;

  // `clock` and `random` outlive it. The first step is at once.
  // `wakeup`: where Wake() goes, when others than the owner hold it too and may outlive the worker.
  Worker(Clock& clock, Random& random, Step step, Backoff::Options backoff = {},
         std::shared_ptr<Wakeup> wakeup = std::make_shared<Wakeup>());
  ~Worker() { Stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // There is work. Any thread.
  void Wake() { wakeup_->Notify(); }
  // What went wrong was mended. Any thread.
  void Retry();
  // Notified by who has work, in place of Wake().
  Wakeup& wakeup() { return *wakeup_; }

  // Of the last step; OK before the first one ended. Any thread.
  absl::Status status() const;

  // Asks the step to end, waits for it, and joins. Later calls do nothing.
  void Stop();
  // For steps that take long. Any thread.
  bool stopping() const { return stop_.stop_requested(); }
  std::stop_token stop_token() const { return stop_.get_token(); }

 private:
  void Run();

  Clock& clock_;
  const Step step_;
  Backoff backoff_;  // the thread's
  const std::shared_ptr<Wakeup> wakeup_;
  Wakeup retry_;
  std::stop_source stop_;
  mutable Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // last: it uses everything above
};

}  // namespace clusterwire
