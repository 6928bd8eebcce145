#include "libs/search/index.h"

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"

namespace clusterwire::search {

Index::Index(Clock& clock, SnapshotOptions options)
    : clock_(clock),
      published_(std::make_shared<const Published>(
          Published{.revision = 0, .snapshot = Snapshot::Empty(options)})) {}

std::shared_ptr<const Published> Index::Current() const {
  MutexLock lock(mutex_);
  return published_;
}

void Index::Apply(int64_t revision, std::span<const FactsUpdate> updates) {
  auto next = std::make_shared<const Published>(
      Published{.revision = revision, .snapshot = Current()->snapshot->With(updates)});
  MutexLock lock(mutex_);
  published_.swap(next);  // the old one, if nobody else has it, goes after the lock
  for (Wakeup* waiting : waiting_) waiting->Notify();
}

absl::StatusOr<std::shared_ptr<const Published>> Index::WaitFor(int64_t revision,
                                                                absl::Time deadline) const {
  std::shared_ptr<const Published> current = Current();
  if (current->revision >= revision) return current;

  Wakeup applied;
  {
    MutexLock lock(mutex_);
    waiting_.insert(&applied);
  }
  // Looks again after it is on the list: what is published from now on notifies it.
  bool in_time = true;
  while ((current = Current())->revision < revision && in_time) {
    in_time = clock_.WaitUntil(applied, deadline);
  }
  {
    MutexLock lock(mutex_);
    waiting_.erase(&applied);
  }
  current = Current();
  if (current->revision >= revision) return current;
  return WithRetryDelay(Error(absl::StatusCode::kUnavailable, "INDEX_BEHIND",
                              absl::StrCat("the search index shows revision ", current->revision,
                                           ", not yet ", revision, "; try again"),
                              {{"revision", absl::StrCat(current->revision)}}),
                        absl::Milliseconds(100));
}

}  // namespace clusterwire::search
