#include "libs/sql/vacuum.h"

#include <thread>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"

namespace clusterwire::sql {
namespace {

// A checkpoint waits for readers as long as a writer waits for the lock, and tries again.
constexpr int kTries = 3;
constexpr std::chrono::milliseconds kPause(100);

absl::Status EmptyLog(Connection& connection) {
  for (int i = 0; i < kTries; ++i) {
    ASSIGN_OR_RETURN(const Result result, connection.Query("PRAGMA wal_checkpoint(TRUNCATE)"));
    if (result.rows.size() == 1 && result.rows[0].Int(0) == 0) return absl::OkStatus();
    std::this_thread::sleep_for(kPause);
  }
  return WithRetryDelay(Error(absl::StatusCode::kUnavailable, "DATABASE_BUSY",
                              "readers keep the database's log from being emptied; try again"),
                        absl::Seconds(5));
}

absl::Status VacuumSqlite(Connection& connection) {
  RETURN_IF_ERROR(connection.LiftTimeLimit());
  RETURN_IF_ERROR(connection.Execute("VACUUM"));
  return EmptyLog(connection);
}

absl::Status VacuumTables(Connection& connection) {
  ASSIGN_OR_RETURN(
      const Result tables,
      connection.Query("SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) "
                       "FROM pg_tables WHERE schemaname = ANY(current_schemas(false)) "
                       "AND tableowner = current_user ORDER BY 1"));
  for (const Row& table : tables.rows) {
    RETURN_IF_ERROR(connection.ExecuteScript(absl::StrCat("VACUUM (FULL) ", table.Text(0))));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> VacuumPostgres(Connection& connection) {
  ASSIGN_OR_RETURN(const Result limit,
                   connection.Query("SELECT current_setting('statement_timeout')"));
  RETURN_IF_ERROR(connection.ExecuteScript("SET statement_timeout = 0"));
  const absl::Cleanup restore = [&] {
    connection.ExecuteScript(absl::StrCat("SET statement_timeout = '", limit.rows[0].Text(0), "'"))
        .IgnoreError();
  };
  RETURN_IF_ERROR(VacuumTables(connection));
  std::vector<std::string> left;
  // The old tables' files go with the checkpoint, and so do the log's segments before it.
  for (const char* statement : {"SELECT pg_switch_wal()::text", "CHECKPOINT"}) {
    const absl::Status done = connection.ExecuteScript(statement);
    if (absl::IsUnavailable(done)) return done;
    if (!done.ok()) left.push_back(absl::StrCat(statement, "; (", done.message(), ")"));
  }
  ASSIGN_OR_RETURN(const Result recycles,
                   connection.Query("SELECT current_setting('wal_recycle')"));
  if (recycles.rows[0].Text(0) != "off") {
    left.push_back(
        "ALTER SYSTEM SET wal_recycle = off; SELECT pg_reload_conf(); (with wal_recycle the log's "
        "old segments are kept under new names, with what was in them, until they are written "
        "over)");
  }
  return left;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> Vacuum(Database& database) {
  ASSIGN_OR_RETURN(const Lease connection, database.Acquire());
  if (connection->dialect() == Dialect::kPostgres) return VacuumPostgres(*connection);
  RETURN_IF_ERROR(VacuumSqlite(*connection));
  return std::vector<std::string>();
}

}  // namespace clusterwire::sql
