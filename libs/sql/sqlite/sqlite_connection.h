#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "absl/status/statusor.h"
#include <sqlite3.h>

#include "libs/sql/database.h"
#include "libs/sql/sqlite/disk_space.h"
#include "libs/sql/sqlite/write_gate.h"

namespace clusterwire::sql {

class SqliteConnection final : public Connection {
 public:
  // `on_commit` hears after each commit how many pages the log holds. `gate` and `disk` outlive the
  // connection; no gate for one that doesn't write rows, no disk where nobody is to hear of it.
  static absl::StatusOr<std::unique_ptr<SqliteConnection>> Open(const std::string& path,
                                                                const Options& options,
                                                                WriteGate* gate, DiskSpace* disk,
                                                                std::function<void(int)> on_commit);
  ~SqliteConnection() override;

  absl::Status ExecuteScript(std::string_view sql) override;
  Dialect dialect() const override { return Dialect::kSqlite; }
  void Reset() override;
  bool usable() const override { return true; }

 protected:
  absl::StatusOr<Result> DoQuery(std::string_view sql, std::span<const Value> parameters) override;

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  SqliteConnection(sqlite3* db, const Options& options, WriteGate* gate, DiskSpace* disk,
                   std::function<void(int)> on_commit);

  // Through the gate before the first statement of a transaction that writes, back after its last.
  absl::Status EnterFor(sqlite3_stmt* statement);
  void LeaveIfDone();

  absl::StatusOr<sqlite3_stmt*> Prepared(std::string_view sql);
  absl::Status Bind(sqlite3_stmt* statement, std::span<const Value> parameters);
  absl::StatusOr<Result> Step(sqlite3_stmt* statement);
  absl::Status LastError(std::string_view doing) const;
  void StartClock();

  const Options options_;
  WriteGate* const gate_;
  DiskSpace* const disk_;
  bool inside_ = false;
  const std::function<void(int)> on_commit_;
  std::unique_ptr<sqlite3, Close> db_;
  std::unordered_map<std::string, Statement> statements_;  // after db_: gone before it
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace clusterwire::sql
