#include "libs/sql/database.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/sql/pool.h"

namespace clusterwire::sql {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

std::string InDialect(std::string_view script, Dialect dialect) {
  const bool sqlite = dialect == Dialect::kSqlite;
  return absl::StrReplaceAll(ToAbsl(script), {{"{int}", sqlite ? "INTEGER" : "BIGINT"},
                                              {"{text}", sqlite ? "TEXT" : "TEXT COLLATE \"C\""},
                                              {"{bytes}", sqlite ? "BLOB" : "BYTEA"}});
}

absl::StatusOr<int64_t> CurrentVersion(Connection& connection, std::string_view component) {
  RETURN_IF_ERROR(
      connection.ExecuteScript(InDialect("CREATE TABLE IF NOT EXISTS schema_version("
                                         "component {text} PRIMARY KEY, version {int} NOT NULL)",
                                         connection.dialect())));
  ASSIGN_OR_RETURN(
      const Result result,
      connection.Query("SELECT version FROM schema_version WHERE component = $1", {component}));
  return result.rows.empty() ? 0 : result.rows[0].Int(0);
}

absl::Status Upgrade(Connection& connection, std::string_view component,
                     std::span<const Migration> steps) {
  if (connection.dialect() == Dialect::kPostgres) {
    // One step may take longer than a call's statement, and who starts beside it waits as long.
    RETURN_IF_ERROR(connection.ExecuteScript(
        "SET LOCAL lock_timeout = '10min'; SET LOCAL statement_timeout = '10min'"));
    // Held to the end of the transaction; the number is ours alone.
    RETURN_IF_ERROR(connection.Execute("SELECT pg_advisory_xact_lock(20240513)"));
  }
  ASSIGN_OR_RETURN(const int64_t current, CurrentVersion(connection, component));
  const int newest = steps.empty() ? 0 : steps.back().version;
  if (current > newest) {
    return Error(absl::StatusCode::kFailedPrecondition, "SCHEMA_TOO_NEW",
                 absl::StrCat("the tables of ", ToAbsl(component), " have version ", current,
                              " and this program knows ", newest,
                              ": start the newer release, or restore the backup made before it"));
  }
  for (const Migration& step : steps) {
    if (step.version <= current) continue;
    RETURN_IF_ERROR(connection.ExecuteScript(InDialect(step.script, connection.dialect())));
  }
  if (current == newest) return absl::OkStatus();
  return connection.Execute(
      "INSERT INTO schema_version(component, version) VALUES($1, $2) "
      "ON CONFLICT(component) DO UPDATE SET version = excluded.version",
      {component, newest});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(std::string_view url, Options options) {
  RETURN_IF_ERROR(CheckUrl(url));
  if (!url.starts_with(kSqlite)) return OpenPostgres(std::string(url), options);
  return OpenSqlite(std::string(url.substr(kSqlite.size())), options);
}

absl::Status Database::CheckUrl(std::string_view url) {
  if (url == "sqlite:" || url == "sqlite::memory:") {
    return absl::InvalidArgumentError(
        "a SQLite database needs a file: sqlite:/var/lib/clusterwire/store.db");
  }
  if (url.starts_with(kSqlite) || url.starts_with("postgresql://") ||
      url.starts_with("postgres://")) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "a database is named by sqlite:/path/to/file.db or postgresql://user@host/name");
}

absl::Status Migrate(Database& database, std::string_view component,
                     std::span<const Migration> steps) {
  return InTransaction(database, Transaction::Kind::kWrite, [&](Connection& connection) {
    return Upgrade(connection, component, steps);
  });
}

}  // namespace clusterwire::sql
