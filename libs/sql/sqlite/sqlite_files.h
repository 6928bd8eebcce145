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
  // names both. It holds `path`.lock by flock(), which ends with the process, however it ends; what
  // stands in that file is for people.
  static absl::StatusOr<std::shared_ptr<const SqliteHold>> Take(const std::string& path);
  ~SqliteHold();
  SqliteHold(const SqliteHold&) = delete;
  SqliteHold& operator=(const SqliteHold&) = delete;

 private:
  explicit SqliteHold(int lock) : lock_(lock) {}

  const int lock_;
};

}  // namespace clusterwire::sql
