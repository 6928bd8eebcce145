#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "libs/base/threads/mutex.h"
#include "libs/sql/database.h"
#include "libs/store/write/group_commit.h"
#include "libs/store/registry.h"
#include "libs/store/store.h"

namespace clusterwire::store {

// Rewrites Facts page by page after a change of the code lists or of the projection version. What
// is to be done and what was done stand in the table `reader`; where it is in between does not: a
// restart begins at the first page again. Safe for use from any thread; pages run one at a time.
class Refresh {
 public:
  Refresh(sql::Database& database, GroupCommit& commit, const Registry& registry,
          const Options& options)
      : database_(database), commit_(commit), registry_(registry), options_(options) {}

  // One page, in one transaction; false when nothing is left to do.
  absl::StatusOr<bool> Step();

 private:
  struct Target {
    Revision codes;  // the newest change of the code lists
    int64_t version = 0;
    friend bool operator==(const Target&, const Target&) = default;
  };

  absl::StatusOr<std::optional<Target>> Wanted() const;
  absl::StatusOr<bool> Page(int size) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Finish(const Target& target) const;

  sql::Database& database_;
  GroupCommit& commit_;
  const Registry& registry_;
  const Options& options_;
  Mutex mutex_;
  std::optional<Target> target_ ABSL_GUARDED_BY(mutex_);
  std::string after_ ABSL_GUARDED_BY(mutex_);  // the last name done
};

}  // namespace clusterwire::store
