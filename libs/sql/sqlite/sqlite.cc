#include "libs/sql/sqlite/sqlite.h"

#include <utility>

#include "libs/base/status/error.h"

namespace clusterwire::sql {
namespace {

constexpr int kPagesForCheckpoint = 1000;                      // in the log
constexpr char kWritersCache[] = "PRAGMA cache_size = -8000";  // KiB

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
        Checkpoint();
        return Clock::System().Now() + absl::Hours(1);
      }) {}

// What a reader keeps from being copied, the next one takes.
void SqliteFile::Checkpoint() {
  MutexLock lock(mutex_);
  connection_->Execute("PRAGMA wal_checkpoint(PASSIVE)").IgnoreError();
}

bool SqliteFile::Enter(absl::Duration limit) {
  if (!gate_.Enter(limit)) return false;
  if (pages_ < copy_at_) return true;
  Checkpoint();
  // Where a reader keeps the log from starting anew, it gets longer before the next try.
  copy_at_ = pages_ + kLongestLog / 4;
  return true;
}

void SqliteFile::OnCommit(int pages) {
  if (pages < pages_) copy_at_ = kLongestLog;  // it started anew
  pages_ = pages;
  if (pages >= kPagesForCheckpoint) worker_.Wake();
}

namespace {

// One connection for all that write, lent in the order they come, so that what it has read of the
// file stays true; the others in a pool.
class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const Options& options, Pool::Connect connect)
      : options_(options), connect_(std::move(connect)), pool_(options, connect_) {}

  absl::StatusOr<Lease> Acquire() override { return pool_.Acquire(); }
  absl::StatusOr<Lease> AcquireToWrite() override {
    if (!turn_.Enter(options_.busy_limit)) return WritersBusy();
    if (writer_ == nullptr) {
      absl::StatusOr<std::unique_ptr<Connection>> made = connect_(options_, &pool_.disk());
      if (!made.ok()) {
        turn_.Leave();
        return made.status();
      }
      writer_ = *std::move(made);
      writer_->ExecuteScript(kWritersCache).IgnoreError();
    }
    return Lease(writer_.get(), [this](Connection* returned) {
      returned->Reset();
      turn_.Leave();
    });
  }
  absl::Status CheckWritable() override { return pool_.CheckWritable(); }

 private:
  const Options options_;
  const Pool::Connect connect_;
  Pool pool_;
  WriteGate turn_;
  std::unique_ptr<Connection> writer_;  // of who has the turn
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const std::string& path,
                                                     const Options& options) {
  ASSIGN_OR_RETURN(std::shared_ptr<const SqliteHold> hold, SqliteHold::Take(path));
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                   SqliteConnection::Open(path, options, /*file=*/nullptr, /*disk=*/nullptr));
  const auto file = std::make_shared<SqliteFile>(std::move(hold), std::move(connection));
  return std::make_unique<SqliteDatabase>(
      options, [path, file](const Options& limits, DiskSpace* disk) {
        return SqliteConnection::Open(path, limits, file.get(), disk);
      });
}

}  // namespace clusterwire::sql
