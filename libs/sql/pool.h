#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/sql/database.h"

namespace clusterwire::sql {

// At most Options::connections connections, made when first needed and kept. Where one can't be
// made, the next try waits for a growing pause (2 s at most), and who asks meanwhile is refused at
// once. Where one is lost, the idle ones are given up too: what ended it has most likely ended
// them. Safe for use from any thread; outlives its leases.
class Pool {
 public:
  using Connect = std::function<absl::StatusOr<std::unique_ptr<Connection>>()>;

  Pool(const Options& options, Connect connect)
      : limit_(options.connections),
        acquire_limit_(options.acquire_limit),
        connect_(std::move(connect)),
        backoff_({.first = absl::Milliseconds(100), .limit = absl::Seconds(2)}, Random::System()) {}

  absl::StatusOr<Lease> Acquire();

 private:
  // An idle connection, or null with a place taken for a new one; UNAVAILABLE after the limit, or
  // while the database is away.
  absl::StatusOr<std::unique_ptr<Connection>> TakePlace();
  absl::StatusOr<std::unique_ptr<Connection>> Make();
  void GiveBack(std::unique_ptr<Connection> connection);

  const int limit_;
  const absl::Duration acquire_limit_;
  const Connect connect_;
  Mutex mutex_;
  CondVar changed_;
  int places_ ABSL_GUARDED_BY(mutex_) = 0;  // connections idle, on loan or being made
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
  absl::Status away_ ABSL_GUARDED_BY(mutex_);  // why the last one couldn't be made
  std::chrono::steady_clock::time_point away_until_ ABSL_GUARDED_BY(mutex_);
  Backoff backoff_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::sql
