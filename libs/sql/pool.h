#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/sql/database.h"

// For this library's .cc files and tests only: what both kinds of databases are made of.
namespace clusterwire::sql {

// What a database knows of the room on its disk: none since a statement said so, until a trial
// found some. That other statements succeed meanwhile proves nothing: many need no new room. Safe
// for use from any thread.
class DiskSpace {
 public:
  // `connect` makes a connection for one trial; it has kTrialLimits.
  explicit DiskSpace(std::function<absl::StatusOr<std::unique_ptr<Connection>>()> connect)
      : connect_(std::move(connect)) {}

  // `full`: what the statement failed with.
  void RanOut(const absl::Status& full);
  // OK, or what the newest statement failed with. While there is no room, a call makes a trial; one
  // that comes during another's trial is answered from what is known.
  absl::Status Check();

  static const Options kTrialLimits;

 private:
  absl::Status Try();

  const std::function<absl::StatusOr<std::unique_ptr<Connection>>()> connect_;
  Mutex mutex_;
  absl::Status full_ ABSL_GUARDED_BY(mutex_);
  int64_t times_ ABSL_GUARDED_BY(mutex_) = 0;  // that it ran out
  bool trying_ ABSL_GUARDED_BY(mutex_) = false;
};

// A statement that found no room on the disk of `where`: RESOURCE_EXHAUSTED, reason DATABASE_FULL,
// with a retry delay. `said` are the database's words. The text may name paths: rpc keeps it from
// callers. `disk`, unless null, hears of it.
absl::Status DatabaseFull(std::string_view where, std::string_view said, DiskSpace* disk = nullptr);

// A database of either kind: at most Options::connections connections, made when first needed and
// kept. Where one can't be made, the next try waits for a growing pause (2 s at most), and who asks
// meanwhile is refused at once. Where one is lost, the idle ones are given up too: what ended it
// has most likely ended them.
class Pool final : public Database {
 public:
  // The connection tells `disk`, which outlives it, when it meets a full one; null for a trial.
  using Connect = std::function<absl::StatusOr<std::unique_ptr<Connection>>(const Options& options,
                                                                            DiskSpace* disk)>;

  Pool(const Options& options, Connect connect);

  absl::StatusOr<Lease> Acquire() override;
  absl::Status CheckWritable() override { return disk_.Check(); }
  // For connections that are made beside the pool.
  DiskSpace& disk() { return disk_; }

 private:
  // An idle connection, or null with a place taken for a new one; UNAVAILABLE after the limit, or
  // while the database is away.
  absl::StatusOr<std::unique_ptr<Connection>> TakePlace();
  absl::StatusOr<std::unique_ptr<Connection>> Make();
  void GiveBack(std::unique_ptr<Connection> connection);

  const Options options_;
  const Connect connect_;
  DiskSpace disk_;
  Mutex mutex_;
  CondVar changed_;
  int places_ ABSL_GUARDED_BY(mutex_) = 0;  // connections idle, on loan or being made
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
  absl::Status away_ ABSL_GUARDED_BY(mutex_);  // why the last one couldn't be made
  std::chrono::steady_clock::time_point away_until_ ABSL_GUARDED_BY(mutex_);
  Backoff backoff_ ABSL_GUARDED_BY(mutex_);
};

// A file in WAL mode with synchronous=FULL: an answered commit survives a power cut.
absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const std::string& path,
                                                     const Options& options);
// A PostgreSQL server, by libpq. `url` is what libpq takes.
absl::StatusOr<std::unique_ptr<Database>> OpenPostgres(const std::string& url,
                                                       const Options& options);

}  // namespace clusterwire::sql
