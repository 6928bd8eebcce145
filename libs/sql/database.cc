#include "libs/sql/database.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/strings.h"
#include "libs/sql/postgres.h"
#include "libs/sql/sqlite.h"

namespace clusterwire::sql {

absl::StatusOr<std::unique_ptr<Database>> Database::Open(std::string_view url, Options options) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (url.starts_with(kSqlite)) {
    return OpenSqlite(std::string(url.substr(kSqlite.size())), options);
  }
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
    return OpenPostgres(std::string(url), options);
  }
  // Without the text itself: it may hold a password.
  return absl::InvalidArgumentError(
      "a database is named by sqlite:/path/to/file.db or postgresql://user@host/name");
}

}  // namespace clusterwire::sql
