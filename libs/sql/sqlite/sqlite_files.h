#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

// Who may open the files of a SQLite database: this user, and one process at a time.
namespace clusterwire::sql {

// Holds a database's files for this process. Within it, several may hold the same ones.
class SqliteHold {
 public:
  // Makes the file, for its owner alone, where there is none; takes the rights of others from one
  // that others may read, and from the log and the index beside it. What it may not change, and a
  // folder that others may enter, is warned of in the log.
  //
  // FAILED_PRECONDITION, reason DATABASE_IN_USE, while another process holds the file; the text
  // names both. It holds the file itself and `path`.lock by flock(), which ends with the process,
  // however it ends: so whatever the file is called, and though somebody has removed the other.
  // What stands in that one is for people. SQLite's own locks are of another kind.
  static absl::StatusOr<std::shared_ptr<const SqliteHold>> Take(const std::string& path);
  ~SqliteHold();
  SqliteHold(const SqliteHold&) = delete;
  SqliteHold& operator=(const SqliteHold&) = delete;

 private:
  SqliteHold(int file, int lock) : file_(file), lock_(lock) {}

  const int file_;  // closed after all connections: with it this process's locks on the file end
  const int lock_;
};

}  // namespace clusterwire::sql
