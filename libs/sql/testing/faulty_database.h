#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "libs/base/threads/mutex.h"
#include "libs/sql/database.h"

namespace clusterwire::sql {

// A database that fails at chosen statements, keeps the texts of all, and is real otherwise. Safe
// for use from any thread.
class FaultyDatabase final : public Database {
 public:
  struct Fault {
    std::string fragment;  // the next statement that holds it fails, once
    absl::Status status;
    bool after = false;  // it takes effect and only its answer is lost
    int skip = 0;        // statements that hold it and still succeed
  };

  explicit FaultyDatabase(Database& real) : real_(real) {}

  void Inject(Fault fault);
  size_t pending() const;  // faults that have not struck yet
  // From now on CheckWritable() says `full`; after OK what the real one says.
  void SetFull(const absl::Status& full);

  // The statements since the last call, BEGIN and COMMIT among them.
  std::vector<std::string> TakeStatements() {
    MutexLock lock(mutex_);
    return std::exchange(statements_, {});
  }

  absl::StatusOr<Lease> Acquire() override;
  absl::StatusOr<Lease> AcquireToWrite() override;
  absl::Status CheckWritable() override;

 private:
  friend class FaultyConnection;
  absl::StatusOr<Lease> Wrapped(absl::StatusOr<Lease> lease);
  // The fault that `sql` meets; OK for none.
  Fault Take(std::string_view sql);

  Database& real_;
  mutable Mutex mutex_;
  std::deque<Fault> faults_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> statements_ ABSL_GUARDED_BY(mutex_);
  absl::Status full_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::sql
