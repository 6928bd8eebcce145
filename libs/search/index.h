#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"

#include "libs/base/threads/executor.h"
#include "libs/base/threads/mutex.h"
#include "libs/search/snapshot.h"

namespace clusterwire::search {

// The Facts of a resource from now on, as bytes; none when it is gone.
struct FactsUpdate {
  std::string name;
  std::optional<std::string> facts;
};

// A snapshot and the revision of the store that it shows.
struct Published {
  int64_t revision = 0;
  std::shared_ptr<const Snapshot> snapshot;
};

struct Part;

// The newest snapshot. One applier thread calls Apply(); any thread reads. What is applied becomes
// a small segment of its own; small segments become larger ones, few at once on the applier's
// thread, many on one of the index's own, beside which Apply() goes on. The lock that readers take
// is held for the copy of a pointer. (GCC 12's std::atomic<shared_ptr> would be a lock too, and one
// whose load() releases it without ordering: the thread sanitizer reports a race.) Nothing is kept
// on disk: after a start a Loader reads everything once and the applier goes on from that revision.
class Index {
 public:
  struct Options {
    size_t fanout = 8;           // so many segments of about one size become one
    size_t merge_at_once = 512;  // documents: what Apply() merges itself
  };

  // `published` is told each revision once it can be read, on the applier's thread.
  explicit Index(std::function<void(int64_t)> published = nullptr)
      : Index(std::move(published), Options()) {}
  Index(std::function<void(int64_t)> published, Options options);
  ~Index();
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  // Take it once for a call, so that the whole answer is of one revision.
  std::shared_ptr<const Published> Current() const;

  // Publishes `updates`, in their order, as `revision`, which is not below the one before. For the
  // applier alone. DATA_LOSS, and nothing is published, when bytes are no Facts.
  absl::Status Apply(int64_t revision, std::span<const FactsUpdate> updates);

 private:
  friend class Loader;

  void Replace(std::span<const std::string> names) ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);
  void MergeSmall() ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);
  void Publish(int64_t revision) ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);
  std::vector<Part> DueFor(size_t most) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);
  void Install(const std::vector<Part>& parts, const struct Merged& merged)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);
  void MergeLarge();

  const std::function<void(int64_t)> on_published_;
  const Options options_;
  std::atomic<bool> stopping_ = false;
  Mutex writing_;
  CondVar changed_;
  std::vector<Part> parts_ ABSL_GUARDED_BY(writing_);
  int64_t revision_ ABSL_GUARDED_BY(writing_) = 0;
  mutable Mutex mutex_;
  std::shared_ptr<const Published> published_ ABSL_GUARDED_BY(mutex_);
  std::thread merger_;  // last: it uses everything above
};

// Fills an empty index at a start: as many threads as there are cores read what one adds.
class Loader {
 public:
  // `index` outlives it.
  explicit Loader(Index& index);
  ~Loader();

  // Each resource once.
  void Add(FactsUpdate update);
  // Publishes all of it as `revision`; DATA_LOSS when bytes were no Facts.
  absl::Status Finish(int64_t revision);

 private:
  void Hand();
  void Build(const std::vector<FactsUpdate>& updates);

  Index& index_;
  std::vector<FactsUpdate> batch_;
  Mutex mutex_;
  std::vector<Part> parts_ ABSL_GUARDED_BY(mutex_);
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::optional<Executor> executor_;  // last: its threads use everything above
};

}  // namespace clusterwire::search
