#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

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
  // `published` is told each revision once it can be read, on the applier's thread.
  explicit Index(SnapshotOptions options = {}, std::function<void(int64_t)> published = nullptr);
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  // Take it once for a call, so that the whole answer is of one revision.
  std::shared_ptr<const Published> Current() const;

  // Publishes `updates` as `revision`, which is not below the one before. For the applier alone.
  void Apply(int64_t revision, std::span<const FactsUpdate> updates);

 private:
  const std::function<void(int64_t)> on_published_;
  mutable Mutex mutex_;
  std::shared_ptr<const Published> published_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::search
