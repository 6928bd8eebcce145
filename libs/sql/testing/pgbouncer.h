#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

#include "libs/base/testing/temp_dir.h"

namespace clusterwire::sql {

// PgBouncer before TemporaryPostgres::ForProcess(), on a socket in a folder of its own; ends with
// this object. Aborts when it can't be started.
class TemporaryPgBouncer {
 public:
  // "session", "transaction" or "statement".
  explicit TemporaryPgBouncer(std::string_view pool_mode);
  ~TemporaryPgBouncer();
  TemporaryPgBouncer(const TemporaryPgBouncer&) = delete;
  TemporaryPgBouncer& operator=(const TemporaryPgBouncer&) = delete;

  // Of a new, empty database, through it.
  const std::string& url() const { return url_; }

 private:
  const TempDir dir_;
  std::string url_;
  pid_t process_ = -1;
};

}  // namespace clusterwire::sql
