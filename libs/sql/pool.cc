#include "libs/sql/pool.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::sql {
namespace {

constexpr absl::Duration kFullRetryDelay = absl::Seconds(5);

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

absl::Status DatabaseFull(std::string_view where, std::string_view said, DiskSpace* disk) {
  absl::Status full = WithRetryDelay(
      Error(absl::StatusCode::kResourceExhausted, "DATABASE_FULL",
            absl::StrCat("the disk of ", ToAbsl(where),
                         " is full, free space on it or make it bigger; ", ToAbsl(said))),
      kFullRetryDelay);
  if (disk != nullptr) disk->RanOut(full);
  return full;
}

Pool::Pool(const Options& options, Connect connect)
    : options_(options),
      connect_(std::move(connect)),
      disk_([this] { return connect_(DiskSpace::kTrialLimits, /*disk=*/nullptr); }),
      backoff_({.first = absl::Milliseconds(100), .limit = absl::Seconds(2)}, Random::System()) {}

absl::StatusOr<Lease> Pool::Acquire() {
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, TakePlace());
  if (connection == nullptr) {
    ASSIGN_OR_RETURN(connection, Make());
  }
  return Lease(connection.release(), [this](Connection* returned) {
    returned->Reset();
    GiveBack(std::unique_ptr<Connection>(returned));
  });
}

absl::StatusOr<std::unique_ptr<Connection>> Pool::TakePlace() {
  const auto deadline =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(options_.acquire_limit);
  MutexLock lock(mutex_);
  if (const auto left = away_until_ - std::chrono::steady_clock::now();
      !away_.ok() && left > std::chrono::nanoseconds(0)) {
    return WithRetryDelay(away_, absl::FromChrono(left));
  }
  while (idle_.empty() && places_ >= options_.connections) {
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds(0)) {
      return WithRetryDelay(Error(absl::StatusCode::kUnavailable, "CONNECTIONS_BUSY",
                                  absl::StrCat("all ", options_.connections,
                                               " database connections are in use; try again")),
                            absl::Seconds(1));
    }
    changed_.WaitFor(mutex_, left);
  }
  if (idle_.empty()) {
    ++places_;
    return nullptr;
  }
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

absl::StatusOr<std::unique_ptr<Connection>> Pool::Make() {
  absl::StatusOr<std::unique_ptr<Connection>> made = connect_(options_, &disk_);
  MutexLock lock(mutex_);
  away_ = made.status();
  if (made.ok()) {
    backoff_.Reset();
    return made;
  }
  const absl::Duration pause = backoff_.Next();
  away_until_ = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(pause);
  --places_;
  changed_.NotifyOne();
  return WithRetryDelay(away_, pause);
}

void Pool::GiveBack(std::unique_ptr<Connection> connection) {
  std::vector<std::unique_ptr<Connection>> lost;  // closed without the lock
  MutexLock lock(mutex_);
  if (connection->usable()) {
    idle_.push_back(std::move(connection));
    changed_.NotifyOne();
    return;
  }
  lost.swap(idle_);
  lost.push_back(std::move(connection));
  places_ -= static_cast<int>(lost.size());
  changed_.NotifyAll();
}

}  // namespace clusterwire::sql
