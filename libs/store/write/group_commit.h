#pragma once

#include <chrono>
#include <deque>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"
#include "libs/sql/database.h"
#include "libs/store/write/write_run.h"

namespace clusterwire::store {

// Makes writes serial. Of the callers that wait, the first leads: it runs the bodies of up to
// Options::group_limit of them, its own among them sooner or later, in one transaction, and wakes
// the others with their results. Safe for use from any thread.
class GroupCommit {
 public:
  // `on_commit` is called after each transaction that wrote, before its callers are answered.
  GroupCommit(sql::Database& database, const Registry& registry, const Options& options,
              Clock& clock, std::function<void()> on_commit);

  absl::StatusOr<Written> Write(const WriteOptions& call, const StagingBody& body);
  Counters counters() const;

 private:
  struct Pending {
    const WriteOptions& call;
    const StagingBody& body;
    absl::StatusOr<Written> result = Written{};
    bool done = false;
  };

  void Lead(Pending& own);
  // These run on the leader's thread, without the mutex.
  void RunGroup(std::span<Pending* const> group);
  absl::Status RunTogether(std::span<Pending* const> group);
  absl::StatusOr<sql::Transaction> Begin();
  void LookAtClock(absl::Duration behind);
  void Count(std::span<Pending* const> group, bool committed);

  sql::Database& database_;
  const Registry& registry_;
  const Options& options_;
  Clock& clock_;
  const std::function<void()> on_commit_;
  sql::Lease connection_;  // the leader's; kept, so that writes don't wait for readers' connections

  std::chrono::steady_clock::time_point next_warning_;  // the leader's too
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Pending*> waiting_ ABSL_GUARDED_BY(mutex_);
  bool led_ ABSL_GUARDED_BY(mutex_) = false;
  Counters counters_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::store
