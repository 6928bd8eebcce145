#include "libs/sql/sqlite/disk_space.h"

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/sql/transaction.h"

namespace clusterwire::sql {
namespace {

constexpr absl::Duration kRetryDelay = absl::Seconds(5);

// Both take about 1 MiB that the file system must find, and are rolled back: SQLite, whose cache is
// kept too small for it, writes it into its log, and PostgreSQL makes the table's file that long.
// No write of a service needs more. An unlogged table, so that the trial itself doesn't fill the
// disk with PostgreSQL's log; rows too short for it to compress.
constexpr char kSmallCache[] = "PRAGMA cache_size = 10";
constexpr char kSqliteTrial[] =
    "CREATE TABLE trial_of_disk_space AS SELECT zeroblob(1048576) AS filling";
constexpr char kPostgresTrial[] =
    "CREATE UNLOGGED TABLE trial_of_disk_space AS "
    "SELECT repeat('x', 1900) AS filling FROM generate_series(1, 500)";

}  // namespace

absl::Status DatabaseFull(std::string_view where, std::string_view said) {
  return WithRetryDelay(
      Error(absl::StatusCode::kResourceExhausted, "DATABASE_FULL",
            absl::StrCat("the disk of ", ToAbsl(where),
                         " is full, free space on it or make it bigger; ", ToAbsl(said))),
      kRetryDelay);
}

const Options DiskSpace::kTrialLimits = {.statement_limit = absl::Seconds(2),
                                         .busy_limit = absl::Seconds(1)};

void DiskSpace::RanOut(const absl::Status& full) {
  MutexLock lock(mutex_);
  full_ = full;
  ++times_;
}

absl::Status DiskSpace::Check() {
  int64_t times_before = 0;
  {
    MutexLock lock(mutex_);
    if (full_.ok() || trying_) return full_;
    trying_ = true;
    times_before = times_;
  }
  const absl::Status tried = Try();
  MutexLock lock(mutex_);
  trying_ = false;
  if (tried.ok() && times_ == times_before) full_ = absl::OkStatus();
  return full_;
}

absl::Status DiskSpace::Try() {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, connect_());
  const bool sqlite = connection->dialect() == Dialect::kSqlite;
  if (sqlite) RETURN_IF_ERROR(connection->ExecuteScript(kSmallCache));
  ASSIGN_OR_RETURN(const Transaction transaction,
                   Transaction::Begin(*connection, Transaction::Kind::kWrite));
  return connection->Execute(sqlite ? kSqliteTrial : kPostgresTrial);
}

}  // namespace clusterwire::sql
