#include "libs/sql/sqlite/sqlite.h"

#include <utility>

#include "libs/base/status/error.h"

namespace clusterwire::sql {
namespace {

constexpr int kPagesForCheckpoint = 1000;  // in the log

}  // namespace

bool WriteGate::Enter(absl::Duration limit) {
  Wakeup turn;
  {
    MutexLock lock(mutex_);
    if (!std::exchange(inside_, true)) return true;
    waiting_.push_back(&turn);
  }
  turn.WaitFor(limit);
  MutexLock lock(mutex_);
  return std::erase(waiting_, &turn) == 0;  // Leave() took it out: it is inside
}

void WriteGate::Leave() {
  MutexLock lock(mutex_);
  inside_ = !waiting_.empty();
  if (!inside_) return;
  // Handed over, so that the writer that just left can't slip in again first.
  waiting_.front()->Notify();
  waiting_.pop_front();
}

SqliteFile::SqliteFile(std::shared_ptr<const SqliteHold> hold,
                       std::unique_ptr<Connection> for_checkpoints)
    : hold_(std::move(hold)),
      connection_(std::move(for_checkpoints)),
      worker_(Clock::System(), Random::System(), [this] {
        // Without effect while another connection copies; what it leaves, the next one takes.
        connection_->Execute("PRAGMA wal_checkpoint(PASSIVE)").IgnoreError();
        return Clock::System().Now() + absl::Hours(1);
      }) {}

void SqliteFile::OnCommit(int pages) {
  if (pages >= kPagesForCheckpoint) worker_.Wake();
}

absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const std::string& path,
                                                     const Options& options) {
  ASSIGN_OR_RETURN(std::shared_ptr<const SqliteHold> hold, SqliteHold::Take(path));
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                   SqliteConnection::Open(path, options, /*file=*/nullptr, /*disk=*/nullptr));
  const auto file = std::make_shared<SqliteFile>(std::move(hold), std::move(connection));
  return std::make_unique<Pool>(options, [path, file](const Options& limits, DiskSpace* disk) {
    return SqliteConnection::Open(path, limits, file.get(), disk);
  });
}

}  // namespace clusterwire::sql
