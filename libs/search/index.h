#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <span>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/time/clock.h"
#include "libs/base/threads/mutex.h"
#include "libs/search/snapshot.h"

namespace clusterwire::search {

// A snapshot and the revision of the store that it shows.
struct Published {
  int64_t revision = 0;
  std::shared_ptr<const Snapshot> snapshot;
};

// The newest snapshot. One applier thread calls Apply(); any thread reads. The lock is held for the
// copy of a pointer, never while a snapshot is built or searched. (GCC 12's std::atomic<shared_ptr>
// would be a lock too, and one whose load() releases it without ordering: the thread sanitizer
// reports a race.) Nothing is kept on disk: after a start the applier reads everything once and
// goes on from that revision.
class Index {
 public:
  explicit Index(Clock& clock, SnapshotOptions options = {});
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  // Take it once for a call, so that the whole answer is of one revision.
  std::shared_ptr<const Published> Current() const;

  // Publishes `updates` as `revision`, which is not below the one before. For the applier alone.
  void Apply(int64_t revision, std::span<const FactsUpdate> updates);

  // The first snapshot published at or after `revision`; UNAVAILABLE, reason INDEX_BEHIND, with a
  // delay to retry after, when there is none by `deadline`. Blocks: its callers' threads are what
  // bounds the number that wait.
  absl::StatusOr<std::shared_ptr<const Published>> WaitFor(int64_t revision,
                                                           absl::Time deadline) const;

 private:
  Clock& clock_;
  mutable Mutex mutex_;
  std::shared_ptr<const Published> published_ ABSL_GUARDED_BY(mutex_);
  mutable std::set<Wakeup*> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::search
