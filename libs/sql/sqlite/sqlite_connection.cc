#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/sql/sqlite/sqlite.h"

namespace clusterwire::sql {
namespace {

// How many steps of SQLite's machine pass between two looks at the clock.
constexpr int kStepsPerLook = 10'000;

absl::StatusCode CodeOf(int extended) {
  if (extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY) {
    return absl::StatusCode::kAlreadyExists;
  }
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
      return absl::StatusCode::kUnavailable;
    case SQLITE_INTERRUPT:
      return absl::StatusCode::kDeadlineExceeded;
    case SQLITE_NOMEM:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
      return absl::StatusCode::kInvalidArgument;
    default:
      return absl::StatusCode::kInternal;
  }
}

// Where a file can't be opened or made longer, SQLite has only the system's error for the cause.
bool IsFull(sqlite3* db) {
  const int code = sqlite3_errcode(db) & 0xff;
  if (code != SQLITE_IOERR && code != SQLITE_CANTOPEN) return code == SQLITE_FULL;
  const int cause = sqlite3_system_errno(db);
  return cause == ENOSPC || cause == EDQUOT;
}

// To SQLite `$1` is a name, which it looks for among all that the text has, each time that it is
// read and bound: for a thousand parameters a million comparisons. `?1` is a number.
std::string Numbered(std::string_view text) {
  std::string numbered(text);
  bool quoted = false;
  for (char& c : numbered) {
    if (c == '\'') quoted = !quoted;
    if (c == '$' && !quoted) c = '?';
  }
  return numbered;
}

Value ColumnOf(sqlite3_stmt* statement, int column) {
  const auto size = [&] { return static_cast<size_t>(sqlite3_column_bytes(statement, column)); };
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      return std::nullopt;
    case SQLITE_INTEGER:
      return int64_t{sqlite3_column_int64(statement, column)};
    case SQLITE_BLOB: {
      const char* data = static_cast<const char*>(sqlite3_column_blob(statement, column));
      return Bytes{std::string(data == nullptr ? "" : data, size())};
    }
    default: {
      const void* data = sqlite3_column_text(statement, column);
      return std::string(static_cast<const char*>(data), size());
    }
  }
}

}  // namespace

absl::Status WritersBusy() {
  return absl::UnavailableError("SQLite: other writers hold the database; try again");
}

absl::StatusOr<std::unique_ptr<Connection>> SqliteConnection::Open(const std::string& path,
                                                                   const Options& options,
                                                                   SqliteFile* file,
                                                                   DiskSpace* disk) {
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(
      path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(db, options, file, disk));
  if (code != SQLITE_OK) return connection->LastError(absl::StrCat("opening ", path));
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, static_cast<int>(absl::ToInt64Milliseconds(options.busy_limit)));
  // secure_delete: what is deleted is written over in the file at once, and stands in the log until
  // the next checkpoint.
  RETURN_IF_ERROR(
      connection->ExecuteScript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA "
                                "temp_store=MEMORY; PRAGMA secure_delete=ON;"));
  // Replaces SQLite's own hook, which would checkpoint on the writer's thread.
  sqlite3_wal_hook(
      db,
      [](void* self, sqlite3*, const char*, int pages) {
        const auto* that = static_cast<SqliteConnection*>(self);
        if (that->file_ != nullptr) that->file_->OnCommit(pages);
        return SQLITE_OK;
      },
      connection.get());
  sqlite3_progress_handler(
      db, kStepsPerLook,
      [](void* self) {
        const auto* that = static_cast<SqliteConnection*>(self);
        return std::chrono::steady_clock::now() > that->deadline_ ? 1 : 0;
      },
      connection.get());
  return connection;
}

absl::StatusOr<std::unique_ptr<Connection>> SqliteConnection::OpenToRead(const std::string& path) {
  sqlite3* db = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<SqliteConnection> connection(
      new SqliteConnection(db, Options(), /*file=*/nullptr, /*disk=*/nullptr));
  if (code != SQLITE_OK) return connection->LastError(absl::StrCat("opening ", path));
  sqlite3_extended_result_codes(db, 1);
  return connection;
}

absl::Status SqliteConnection::ExecuteScript(std::string_view sql) {
  StartClock();
  if (sqlite3_exec(db_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return LastError(sql);
  }
  return absl::OkStatus();
}

absl::Status SqliteConnection::LiftTimeLimit() {
  unlimited_ = true;
  return absl::OkStatus();
}

void SqliteConnection::Reset() {
  unlimited_ = false;
  if (sqlite3_get_autocommit(db_.get()) == 0) {
    StartClock();
    sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  LeaveIfDone();
}

absl::StatusOr<Result> SqliteConnection::DoQuery(std::string_view sql,
                                                 std::span<const Value> parameters) {
  ASSIGN_OR_RETURN(sqlite3_stmt * statement, Prepared(sql));
  RETURN_IF_ERROR(EnterFor(statement));
  StartClock();
  absl::Status bound = Bind(statement, parameters);
  absl::StatusOr<Result> result = bound.ok() ? Step(statement) : std::move(bound);
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  LeaveIfDone();
  return result;
}

absl::Status SqliteConnection::EnterFor(sqlite3_stmt* statement) {
  if (file_ == nullptr || inside_ || sqlite3_stmt_readonly(statement) != 0) {
    return absl::OkStatus();
  }
  if (!file_->Enter(options_.busy_limit)) return WritersBusy();
  inside_ = true;
  return absl::OkStatus();
}

void SqliteConnection::LeaveIfDone() {
  if (!inside_ || sqlite3_get_autocommit(db_.get()) == 0) return;
  inside_ = false;
  file_->Leave();
}

absl::StatusOr<sqlite3_stmt*> SqliteConnection::Prepared(std::string_view sql) {
  std::string text(sql);
  const auto found = statements_.find(text);
  if (found != statements_.end()) return found->second.get();
  if (statements_.size() >= static_cast<size_t>(options_.statement_cache)) statements_.clear();
  sqlite3_stmt* statement = nullptr;
  const std::string numbered = Numbered(text);
  if (sqlite3_prepare_v3(db_.get(), numbered.data(), static_cast<int>(numbered.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    return LastError(sql);
  }
  statements_[std::move(text)].reset(statement);
  return statement;
}

absl::Status SqliteConnection::Bind(sqlite3_stmt* statement, std::span<const Value> parameters) {
  // One that the text doesn't use is no mistake: the two databases need not be asked in the same
  // words.
  const auto count = static_cast<size_t>(sqlite3_bind_parameter_count(statement));
  for (size_t i = 0; i < std::min(count, parameters.size()); ++i) {
    const int at = static_cast<int>(i) + 1;
    const auto& value = parameters[i].variant();
    int code = SQLITE_OK;
    if (const auto* integer = std::get_if<int64_t>(&value)) {
      code = sqlite3_bind_int64(statement, at, *integer);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      code = sqlite3_bind_text64(statement, at, text->data(), text->size(), SQLITE_STATIC,
                                 SQLITE_UTF8);
    } else if (const auto* bytes = std::get_if<Bytes>(&value)) {
      // A null pointer would bind null instead of the empty string.
      const char* data = bytes->data.empty() ? "" : bytes->data.data();
      code = sqlite3_bind_blob64(statement, at, data, bytes->data.size(), SQLITE_STATIC);
    }
    if (code != SQLITE_OK) return LastError("binding a parameter");
  }
  return absl::OkStatus();
}

absl::StatusOr<Result> SqliteConnection::Step(sqlite3_stmt* statement) {
  Result result;
  const int columns = sqlite3_column_count(statement);
  const int64_t changes_before = sqlite3_total_changes64(db_.get());
  while (true) {
    const int code = sqlite3_step(statement);
    if (code == SQLITE_DONE) break;
    if (code != SQLITE_ROW) return LastError(sqlite3_sql(statement));
    if (static_cast<int64_t>(result.rows.size()) >= options_.row_limit) {
      return absl::ResourceExhaustedError(
          absl::StrCat("a query gave more than ", options_.row_limit, " rows"));
    }
    std::vector<Value> values;
    values.reserve(static_cast<size_t>(columns));
    for (int column = 0; column < columns; ++column) values.push_back(ColumnOf(statement, column));
    result.rows.emplace_back(std::move(values));
  }
  if (sqlite3_stmt_readonly(statement) == 0) {
    result.affected = sqlite3_total_changes64(db_.get()) - changes_before;
  }
  return result;
}

absl::Status SqliteConnection::LastError(std::string_view doing) const {
  const std::string text =
      absl::StrCat("SQLite: ", sqlite3_errmsg(db_.get()), " (", ToAbsl(doing), ")");
  if (!IsFull(db_.get())) return absl::Status(CodeOf(sqlite3_extended_errcode(db_.get())), text);
  const char* file = sqlite3_db_filename(db_.get(), "main");
  return DatabaseFull(file == nullptr ? "the database" : file, text, disk_);
}

void SqliteConnection::StartClock() {
  using std::chrono::steady_clock;
  deadline_ = unlimited_
                  ? steady_clock::time_point::max()
                  : steady_clock::now() + absl::ToChronoNanoseconds(options_.statement_limit);
}

}  // namespace clusterwire::sql
