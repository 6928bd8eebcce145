#include "libs/search/index.h"

#include <utility>

namespace clusterwire::search {

Index::Index(SnapshotOptions options, std::function<void(int64_t)> published)
    : on_published_(std::move(published)),
      published_(std::make_shared<const Published>(
          Published{.revision = 0, .snapshot = Snapshot::Empty(options)})) {}

std::shared_ptr<const Published> Index::Current() const {
  MutexLock lock(mutex_);
  return published_;
}

void Index::Apply(int64_t revision, std::span<const FactsUpdate> updates) {
  auto next = std::make_shared<const Published>(
      Published{.revision = revision, .snapshot = Current()->snapshot->With(updates)});
  {
    MutexLock lock(mutex_);
    published_.swap(next);  // the old one, if nobody else has it, goes after the lock
  }
  if (on_published_) on_published_(revision);
}

}  // namespace clusterwire::search
