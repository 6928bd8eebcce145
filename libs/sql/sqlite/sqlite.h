#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include <sqlite3.h>

#include "libs/base/handle.h"
#include "libs/base/threads/worker.h"
#include "libs/sql/pool.h"
#include "libs/sql/sqlite/sqlite_files.h"

namespace clusterwire::sql {

// Lets the writers of one SQLite file in one after the other, in the order they came. SQLite alone
// would let the waiting ones sleep and look again, and under steady writing some would never get
// in. Safe for use from any thread.
class WriteGate {
 public:
  // False when `limit` passed first.
  bool Enter(absl::Duration limit);
  void Leave();

 private:
  Mutex mutex_;
  bool inside_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<Wakeup*> waiting_ ABSL_GUARDED_BY(mutex_);
};

// What the connections to one file share. Checkpoints, which copy the log into the file, run on a
// thread of their own, so that no writer pays for them.
class SqliteFile {
 public:
  SqliteFile(std::shared_ptr<const SqliteHold> hold, std::unique_ptr<Connection> for_checkpoints);

  // Lets a writer in; false when `limit` passed first. Where the log is long, the writer copies
  // what is left of it before it begins, so that the log starts anew: beside writers that never
  // pause no checkpoint comes to its end.
  bool Enter(absl::Duration limit);
  void Leave() { gate_.Leave(); }
  // After each commit, with how many pages the log holds. Where a reader that holds an old state
  // keeps a part from being copied, the next long commit brings another try.
  void OnCommit(int pages);

 private:
  static constexpr int kLongestLog = 8'000;  // pages

  void Checkpoint();

  const std::shared_ptr<const SqliteHold> hold_;
  Mutex mutex_;  // one checkpoint at a time
  const std::unique_ptr<Connection> connection_;
  WriteGate gate_;
  std::atomic<int> pages_ = 0;              // in the log
  std::atomic<int> copy_at_ = kLongestLog;  // how many make the next writer copy
  Worker worker_;                           // last: its thread uses everything above
};

// What a writer hears whose turn didn't come in time.
absl::Status WritersBusy();

class SqliteConnection final : public Connection {
 public:
  // `file` and `disk` outlive the connection; no file for one that doesn't write rows, no disk
  // where a full disk is of no interest.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path,
                                                          const Options& options, SqliteFile* file,
                                                          DiskSpace* disk);
  // Makes and changes nothing.
  static absl::StatusOr<std::unique_ptr<Connection>> OpenToRead(const std::string& path);
  ~SqliteConnection() override { SqliteConnection::Reset(); }

  absl::Status ExecuteScript(std::string_view sql) override;
  Dialect dialect() const override { return Dialect::kSqlite; }
  void Reset() override;
  absl::Status LiftTimeLimit() override;
  bool usable() const override { return true; }

 protected:
  absl::StatusOr<Result> DoQuery(std::string_view sql, std::span<const Value> parameters) override;

 private:
  SqliteConnection(sqlite3* db, const Options& options, SqliteFile* file, DiskSpace* disk)
      : options_(options), file_(file), disk_(disk), db_(db) {
    StartClock();
  }

  // Through the gate before the first statement of a transaction that writes, back after its last.
  absl::Status EnterFor(sqlite3_stmt* statement);
  void LeaveIfDone();

  absl::StatusOr<sqlite3_stmt*> Prepared(std::string_view sql);
  absl::Status Bind(sqlite3_stmt* statement, std::span<const Value> parameters);
  absl::StatusOr<Result> Step(sqlite3_stmt* statement);
  absl::Status LastError(std::string_view doing) const;
  void StartClock();

  const Options options_;
  SqliteFile* const file_;
  DiskSpace* const disk_;
  bool inside_ = false;
  bool unlimited_ = false;
  Handle<sqlite3, sqlite3_close_v2> db_;
  // After db_: gone before it.
  std::unordered_map<std::string, Handle<sqlite3_stmt, sqlite3_finalize>> statements_;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace clusterwire::sql
