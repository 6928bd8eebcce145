#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/sql/database.h"
#include "libs/store/write/write_run.h"

namespace clusterwire::store {

// Makes writes serial: of those that wait, up to Options::group_limit run in one transaction, and
// each hears its result behind the commit. The thread that brings a write while none is led leads
// its group; what has come meanwhile is led by a thread of its own. Safe for use from any thread.
class GroupCommit {
 public:
  using Done = std::function<void(absl::StatusOr<Written>)>;

  // `on_commit` is called after each transaction that wrote, before its callers are answered.
  GroupCommit(sql::Database& database, const Registry& registry, const Options& options,
              Clock& clock, Random& random, std::function<void()> on_commit);
  // Waits for what is led and what waits.
  ~GroupCommit();

  // Waits for the result.
  absl::StatusOr<Written> Write(const WriteOptions& call, const StagingBody& body);
  // `done` gets it: called once, under no lock, by this thread before this returns or by another.
  // It may not wait for another write.
  void Write(WriteOptions call, StagingBody body, Done done);
  Counters counters() const;

 private:
  struct Pending {
    WriteOptions call;
    StagingBody body;
    Done done;
    absl::StatusOr<Written> result = Written{};
  };
  using Group = std::vector<std::unique_ptr<Pending>>;

  // Runs groups until `own` was in one, or, with none, until nothing waits.
  void Lead(const Pending* own);
  Group TakeGroup();
  // Whether this thread leads on; else nothing waits, or the own thread does.
  bool LeadsOn(bool served);
  // These run on the leader's thread, without the mutex.
  void RunGroup(std::span<const std::unique_ptr<Pending>> group);
  absl::Status RunTogether(std::span<const std::unique_ptr<Pending>> group);
  absl::StatusOr<sql::Transaction> Begin();
  void LookAtClock(absl::Duration behind);
  void Count(std::span<const std::unique_ptr<Pending>> group, bool committed);

  sql::Database& database_;
  const Registry& registry_;
  const Options& options_;
  Clock& clock_;
  const std::function<void()> on_commit_;
  // The leader's. On PostgreSQL it is kept, so that writes don't wait for readers' connections.
  sql::Lease connection_;

  std::chrono::steady_clock::time_point next_warning_;  // the leader's too
  mutable Mutex mutex_;
  CondVar unled_;
  std::deque<std::unique_ptr<Pending>> waiting_ ABSL_GUARDED_BY(mutex_);
  bool led_ ABSL_GUARDED_BY(mutex_) = false;
  bool handed_over_ ABSL_GUARDED_BY(mutex_) = false;  // to the own thread, which hasn't begun
  Counters counters_ ABSL_GUARDED_BY(mutex_);
  Worker leader_;  // the own thread; last: it uses everything above
};

}  // namespace clusterwire::store
