#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/store/store.h"

namespace clusterwire::store {

// The store's maintenance in a thread of its own: runs the hook's refresh, removes old rows of the
// log and old request ids. What it misses, it does next time; a crash loses nothing. Several
// replicas may run it at once.
class Maintenance {
 public:
  // `store`, `clock` and `random` outlive it.
  Maintenance(Store& store, Clock& clock, Random& random);

  // Why the last round failed; it is tried again.
  absl::Status status() const { return worker_.status(); }

 private:
  absl::StatusOr<absl::Time> Round();

  Store& store_;
  Clock& clock_;
  absl::Time next_compaction_;  // the thread's
  Worker worker_;               // last: its thread uses everything above
};

}  // namespace clusterwire::store
