#include "libs/sql/database.h"

#include "libs/base/status/error.h"
#include "libs/sql/postgres/postgres.h"
#include "libs/sql/sqlite/sqlite.h"

namespace clusterwire::sql {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

std::string PathOf(std::string_view url) { return std::string(url.substr(kSqlite.size())); }

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(std::string_view url, Options options) {
  RETURN_IF_ERROR(CheckUrl(url));
  if (url.starts_with(kSqlite)) return OpenSqlite(PathOf(url), options);
  return OpenPostgres(std::string(url), options);
}

absl::Status Database::CheckUrl(std::string_view url) {
  if (url.starts_with(kSqlite)) return CheckSqlitePath(PathOf(url));
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "a database is named by sqlite:/path/to/file.db or postgresql://user@host/name");
}

}  // namespace clusterwire::sql
