#include "libs/base/threads/worker.h"

#include <algorithm>
#include <utility>

namespace clusterwire {

absl::Duration Backoff::Next() {
  pause_ = pause_ == absl::ZeroDuration() ? options_.first : pause_ * options_.factor;
  pause_ = std::min(pause_, options_.limit);
  return pause_ * (1 + options_.jitter * (2 * random_.Fraction() - 1));
}

Worker::Worker(Clock& clock, Random& random, Step step, Backoff::Options backoff,
               std::shared_ptr<Wakeup> wakeup)
    : clock_(clock),
      step_(std::move(step)),
      backoff_(backoff, random),
      wakeup_(std::move(wakeup)),
      thread_([this] { Run(); }) {}

void Worker::Retry() {
  retry_.Notify();
  wakeup_->Notify();
}

absl::Status Worker::status() const {
  MutexLock lock(mutex_);
  return status_;
}

void Worker::Stop() {
  stop_.request_stop();
  Retry();
  if (thread_.joinable()) thread_.join();
}

void Worker::Run() {
  while (!stopping()) {
    const absl::StatusOr<absl::Time> next = step_();
    {
      MutexLock lock(mutex_);
      status_ = next.status();
    }
    if (next.ok()) {
      backoff_.Reset();
      if (clock_.Now() < *next) clock_.WaitUntil(*wakeup_, *next);
    } else {
      clock_.WaitUntil(retry_, clock_.Now() + backoff_.Next());
    }
  }
}

}  // namespace clusterwire
