#include "libs/store/log/tailer.h"

#include <utility>
#include <vector>

#include "libs/base/threads/backoff.h"

namespace clusterwire::store {

Tailer::Tailer(Store& store, Clock& clock, Random& random, Options options, Handler handler)
    : store_(store),
      clock_(clock),
      random_(random),
      options_(options),
      handler_(std::move(handler)),
      position_(options.after) {
  store_.Subscribe(&wakeup_);
  thread_ = std::thread([this] { Run(); });
}

Tailer::~Tailer() {
  store_.Unsubscribe(&wakeup_);
  stopping_ = true;
  wakeup_.Notify();
  stop_.Notify();
  thread_.join();
}

Position Tailer::position() const {
  MutexLock lock(mutex_);
  return position_;
}

absl::Status Tailer::status() const {
  MutexLock lock(mutex_);
  return status_;
}

void Tailer::Run() {
  Backoff backoff({}, random_);
  bool caught_up = false;
  while (!stopping_) {
    absl::StatusOr<std::vector<Change>> changes = store_.Changes(position(), options_.batch);
    absl::Status status = changes.status();
    if (status.ok() && (!changes->empty() || !caught_up)) status = handler_(*changes);
    {
      MutexLock lock(mutex_);
      status_ = status;
      if (status.ok() && !changes->empty()) position_ = changes->back().position;
    }
    if (!status.ok()) {
      clock_.WaitUntil(stop_, clock_.Now() + backoff.Next());  // a commit makes it no shorter
      continue;
    }
    backoff.Reset();
    caught_up = changes->empty();
    if (caught_up) clock_.WaitUntil(wakeup_, clock_.Now() + options_.poll);
  }
}

}  // namespace clusterwire::store
