#pragma once

#include <functional>
#include <span>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/store/store.h"

namespace clusterwire::store {

// Follows the log in a thread of its own and hands whole revisions on, in order, nothing twice and
// nothing left out. Wakes on a commit of this process and at a slow poll (for other processes').
class Tailer {
 public:
  struct Options {
    Position after;   // where to begin
    int batch = 500;  // changes per call, grown to whole revisions
    absl::Duration poll = absl::Seconds(1);
    Images images = Images::kRead;
  };
  // Runs on the tailer's thread. An error brings the same changes again after a growing pause.
  // Empty when the tailer has caught up.
  using Handler = std::function<absl::Status(std::span<const Change>)>;

  // `store`, `clock` and `random` outlive the tailer.
  Tailer(Store& store, Clock& clock, Random& random, Options options, Handler handler);
  ~Tailer();  // waits for a running handler
  Tailer(const Tailer&) = delete;
  Tailer& operator=(const Tailer&) = delete;

  // Up to here everything was handed on and taken.
  Position position() const;
  // Why it stands still; OK while it runs.
  absl::Status status() const { return worker_.status(); }

 private:
  absl::StatusOr<absl::Time> Step();

  Store& store_;
  Clock& clock_;
  const Options options_;
  const Handler handler_;
  bool caught_up_ = false;  // the thread's
  mutable Mutex mutex_;
  Position position_ ABSL_GUARDED_BY(mutex_);
  Worker worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::store
