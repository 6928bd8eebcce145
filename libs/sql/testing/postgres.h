#pragma once

#include <string>

#include <sys/types.h>

#include "libs/base/testing/temp_dir.h"

namespace clusterwire::sql {

// A PostgreSQL server of its own for one test process: started when first asked for, on a Unix
// socket in a temporary folder, stopped at the end of the process. initdb refuses root, so as root
// it runs under the package's user `postgres`.
class TemporaryPostgres {
 public:
  // Aborts the test process, with the server's words, when it can't be started.
  static TemporaryPostgres& ForProcess();

  // The address of a new, empty database.
  std::string NewDatabase();
  std::string Url(const std::string& database) const;
  // As the server's owner, outside of the tests' databases. Aborts when it fails.
  void Execute(const std::string& sql);

  TemporaryPostgres(const TemporaryPostgres&) = delete;
  TemporaryPostgres& operator=(const TemporaryPostgres&) = delete;

 private:
  TemporaryPostgres();
  ~TemporaryPostgres();

  const TempDir dir_;
  pid_t server_ = -1;
  int databases_ = 0;
};

}  // namespace clusterwire::sql
