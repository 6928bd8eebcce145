#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/base/mutex.h"
#include "libs/sql/database.h"

namespace clusterwire::sql {

// At most Options::connections connections, made when first needed and kept. Safe for use from any
// thread; outlives its leases.
class Pool {
 public:
  using Connect = std::function<absl::StatusOr<std::unique_ptr<Connection>>()>;

  Pool(const Options& options, Connect connect)
      : limit_(options.connections),
        acquire_limit_(options.acquire_limit),
        connect_(std::move(connect)) {}

  absl::StatusOr<Lease> Acquire();

 private:
  // An idle connection, or null with a place taken for a new one; UNAVAILABLE after the limit.
  absl::StatusOr<std::unique_ptr<Connection>> TakePlace();
  void GiveBack(std::unique_ptr<Connection> connection);

  const int limit_;
  const absl::Duration acquire_limit_;
  const Connect connect_;
  Mutex mutex_;
  CondVar changed_;
  int places_ ABSL_GUARDED_BY(mutex_) = 0;  // connections idle, on loan or being made
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::sql
