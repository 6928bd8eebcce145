#pragma once

#include <atomic>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"
#include "libs/store/store.h"

namespace clusterwire::store {

// The store's maintenance in a thread of its own: runs the hook's refresh, removes old rows of the
// log and old request ids. What it misses, it does next time; a
// crash loses nothing. Several replicas may run it at once.
class Maintenance {
 public:
  struct Options {
    absl::Duration keep_log = absl::Hours(24 * 90);  // how far back the log stays whole
    absl::Duration refresh_every = absl::Seconds(1);
    absl::Duration compact_every = absl::Hours(1);
  };

  // `store`, `clock` and `random` outlive it.
  Maintenance(Store& store, Clock& clock, Random& random, Options options);
  ~Maintenance();  // waits for the transaction it is in
  Maintenance(const Maintenance&) = delete;
  Maintenance& operator=(const Maintenance&) = delete;

  // Why the last round failed; it is tried again.
  absl::Status status() const;

 private:
  void Run();
  absl::Status Round();

  Store& store_;
  Clock& clock_;
  Random& random_;
  const Options options_;
  Wakeup stop_;
  std::atomic<bool> stopping_ = false;
  absl::Time next_compaction_;  // the thread's
  mutable Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // last: it uses everything above
};

}  // namespace clusterwire::store
