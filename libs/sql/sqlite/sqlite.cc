#include "libs/sql/sqlite/sqlite.h"

#include <utility>

#include "libs/base/status/error.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/sql/pool.h"
#include "libs/sql/sqlite/disk_space.h"
#include "libs/sql/sqlite/sqlite_connection.h"

namespace clusterwire::sql {
namespace {

// Moves the log into the file when a commit found it long. A reader that holds an old state keeps
// a part from being moved; the next long commit brings another try.
class Checkpointer {
 public:
  Checkpointer(std::unique_ptr<SqliteConnection> connection, int pages)
      : pages_(pages),
        connection_(std::move(connection)),
        worker_(Clock::System(), Random::System(), [this] {
          // Without effect while another connection copies; what it leaves, the next one takes.
          connection_->Execute("PRAGMA wal_checkpoint(PASSIVE)").IgnoreError();
          return Clock::System().Now() + absl::Hours(1);
        }) {}

  void OnCommit(int pages) {
    if (pages >= pages_) worker_.Wake();
  }

 private:
  const int pages_;
  const std::unique_ptr<SqliteConnection> connection_;
  Worker worker_;  // last: its thread uses everything above
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const std::string& path, const Options& options,
                 std::unique_ptr<SqliteConnection> for_checkpoints)
      : checkpointer_(std::move(for_checkpoints), options.checkpoint_pages),
        disk_([this, path]() -> absl::StatusOr<std::unique_ptr<Connection>> {
          return SqliteConnection::Open(path, DiskSpace::kTrialLimits, &gate_, /*disk=*/nullptr,
                                        [](int) {});
        }),
        pool_(options, [this, path, options]() -> absl::StatusOr<std::unique_ptr<Connection>> {
          return SqliteConnection::Open(path, options, &gate_, &disk_,
                                        [this](int pages) { checkpointer_.OnCommit(pages); });
        }) {}

  absl::StatusOr<Lease> Acquire() override { return pool_.Acquire(); }
  Dialect dialect() const override { return Dialect::kSqlite; }
  absl::Status CheckWritable() override { return disk_.Check(); }

 private:
  Checkpointer checkpointer_;
  WriteGate gate_;
  DiskSpace disk_;
  Pool pool_;  // last: its connections use the others
};

}  // namespace

absl::Status CheckSqlitePath(std::string_view path) {
  if (!path.empty() && path != ":memory:") return absl::OkStatus();
  return absl::InvalidArgumentError(
      "a SQLite database needs a file: sqlite:/var/lib/clusterwire/store.db");
}

absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const std::string& path,
                                                     const Options& options) {
  ASSIGN_OR_RETURN(
      std::unique_ptr<SqliteConnection> connection,
      SqliteConnection::Open(path, options, /*gate=*/nullptr, /*disk=*/nullptr, [](int) {}));
  return std::make_unique<SqliteDatabase>(path, options, std::move(connection));
}

}  // namespace clusterwire::sql
