#include "libs/sql/database.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/threads/worker.h"
#include "libs/sql/pool.h"
#include "libs/sql/url.h"
#include "libs/telemetry/log.h"

namespace clusterwire::sql {
namespace {

std::string InDialect(std::string_view script, Dialect dialect) {
  const bool sqlite = dialect == Dialect::kSqlite;
  return absl::StrReplaceAll(ToAbsl(script), {{"{int}", sqlite ? "INTEGER" : "BIGINT"},
                                              {"{text}", sqlite ? "TEXT" : "TEXT COLLATE \"C\""},
                                              {"{bytes}", sqlite ? "BLOB" : "BYTEA"},
                                              {"{by key}", sqlite ? "WITHOUT ROWID" : ""}});
}

// Tells the log of one step of a schema that is there already, and every ten seconds of any step
// that it still goes on.
class Progress {
 public:
  Progress(std::string_view component, int64_t from, int to)
      : component_(component), from_(from), to_(to) {
    if (from_ > 0) Say("upgrading the tables");
  }
  void Done() {
    if (from_ > 0) Say("upgraded the tables");
  }

 private:
  void Say(std::string_view message) const {
    telemetry::LogInfo(message, {{"component", component_},
                                 {"from", from_},
                                 {"to", to_},
                                 {"after", Clock::System().Now() - began_}});
  }

  const std::string component_;
  const int64_t from_;
  const int to_;
  const absl::Time began_ = Clock::System().Now();
  bool waited_ = false;  // the thread's
  Worker worker_{Clock::System(), Random::System(), [this] {
                   if (std::exchange(waited_, true)) Say("still upgrading the tables");
                   return Clock::System().Now() + absl::Seconds(10);
                 }};
};

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
  // A step over large tables, cut after a call's limit, would be cut at every start.
  RETURN_IF_ERROR(connection.LiftTimeLimit());
  if (connection.dialect() == Dialect::kPostgres) {
    // Held to the end of the transaction; the number is ours alone. Who starts beside it waits.
    RETURN_IF_ERROR(connection.ExecuteScript("SET LOCAL lock_timeout = 0"));
    RETURN_IF_ERROR(connection.Execute("SELECT pg_advisory_xact_lock(20240513)"));
    RETURN_IF_ERROR(connection.ExecuteScript("SET LOCAL lock_timeout = '10min'"));
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
    Progress progress(component, current, step.version);
    RETURN_IF_ERROR(connection.ExecuteScript(InDialect(step.script, connection.dialect())));
    progress.Done();
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
  if (const auto file = FileOf(url)) return OpenSqlite(*file, options);
  return OpenPostgres(std::string(url), options);
}

absl::Status Migrate(Database& database, std::string_view component,
                     std::span<const Migration> steps) {
  return InTransaction(database, Transaction::Kind::kWrite, [&](Connection& connection) {
    return Upgrade(connection, component, steps);
  });
}

}  // namespace clusterwire::sql
