#include "libs/store/maintenance.h"

#include "libs/base/status/status_macros.h"
#include "libs/base/threads/backoff.h"

namespace clusterwire::store {

Maintenance::Maintenance(Store& store, Clock& clock, Random& random, Options options)
    : store_(store),
      clock_(clock),
      random_(random),
      options_(options),
      next_compaction_(clock.Now()) {
  thread_ = std::thread([this] { Run(); });
}

Maintenance::~Maintenance() {
  stopping_ = true;
  stop_.Notify();
  thread_.join();
}

absl::Status Maintenance::status() const {
  MutexLock lock(mutex_);
  return status_;
}

void Maintenance::Run() {
  Backoff backoff({}, random_);
  while (!stopping_) {
    const absl::Status status = Round();
    {
      MutexLock lock(mutex_);
      status_ = status;
    }
    if (status.ok()) backoff.Reset();
    const absl::Duration pause = status.ok() ? options_.refresh_every : backoff.Next();
    clock_.WaitUntil(stop_, clock_.Now() + pause);
  }
}

absl::Status Maintenance::Round() {
  for (bool more = true; more && !stopping_;) {
    ASSIGN_OR_RETURN(more, store_.Refresh());
  }
  const absl::Time now = clock_.Now();
  if (now < next_compaction_) return absl::OkStatus();
  for (bool more = true; more && !stopping_;) {
    ASSIGN_OR_RETURN(more, store_.Compact(now - options_.keep_log));
  }
  next_compaction_ = now + options_.compact_every;
  return absl::OkStatus();
}

}  // namespace clusterwire::store
