#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/base/threads/mutex.h"
#include "libs/sql/connection.h"
#include "libs/sql/database.h"

namespace clusterwire::sql {

// A statement that found no room on the disk of `where`: RESOURCE_EXHAUSTED, reason DATABASE_FULL,
// with a retry delay. `said` are the database's words. The text may name paths: rpc keeps it from
// callers.
absl::Status DatabaseFull(std::string_view where, std::string_view said);

// What a database knows of the room on its disk: none since a statement said so, until a trial
// found some. That other statements succeed meanwhile proves nothing: many need no new room. Safe
// for use from any thread.
class DiskSpace {
 public:
  using Connect = std::function<absl::StatusOr<std::unique_ptr<Connection>>()>;

  // `connect` makes a connection for one trial; it has kTrialLimits.
  explicit DiskSpace(Connect connect) : connect_(std::move(connect)) {}

  // `full`: what the statement failed with.
  void RanOut(const absl::Status& full);
  // OK, or what the newest statement failed with. While there is no room, a call makes a trial; one
  // that comes during another's trial is answered from what is known.
  absl::Status Check();

  static const Options kTrialLimits;

 private:
  absl::Status Try();

  const Connect connect_;
  Mutex mutex_;
  absl::Status full_ ABSL_GUARDED_BY(mutex_);
  int64_t times_ ABSL_GUARDED_BY(mutex_) = 0;  // that it ran out
  bool trying_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace clusterwire::sql
