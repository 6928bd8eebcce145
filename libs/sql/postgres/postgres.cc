#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <libpq-fe.h>

#include "libs/base/handle.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/sql/pool.h"

namespace clusterwire::sql {
namespace {

// Type numbers of pg_type.
enum : Oid {
  kBool = 16,
  kBytea = 17,
  kName = 19,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kText = 25,
  kVarchar = 1043,
  kVoid = 2278,
};

constexpr absl::string_view kDiskFull = "53100";

absl::StatusCode CodeOf(absl::string_view state, bool connected) {
  const absl::string_view group = state.substr(0, 2);
  if (state == "23505") return absl::StatusCode::kAlreadyExists;     // unique_violation
  if (state == "57014") return absl::StatusCode::kDeadlineExceeded;  // query_canceled
  if (group == "22" || group == "23") return absl::StatusCode::kInvalidArgument;
  // Serialisation and deadlock; lock not available; read only (a standby); too many connections.
  if (group == "40" || state == "55P03" || state == "25006" || state == "53300") {
    return absl::StatusCode::kUnavailable;
  }
  if (group == "53") return absl::StatusCode::kResourceExhausted;
  if (group == "57" || group == "08" || !connected) return absl::StatusCode::kUnavailable;
  return absl::StatusCode::kInternal;
}

constexpr absl::Duration kRetryDelay = absl::Seconds(1);

// What libpq says, in one line.
std::string OneLine(absl::string_view text) {
  return absl::StrReplaceAll(absl::StripAsciiWhitespace(text), {{"\n", " "}, {"\t", ""}});
}

// A server that is gone is noticed: by 5 s without an answer to the first packet, and by 15 s
// without one to any later. What the URL says of them wins.
PGconn* Connect(const std::string& url) {
  constexpr std::array kNames = {"connect_timeout",
                                 "keepalives_idle",
                                 "keepalives_interval",
                                 "keepalives_count",
                                 "tcp_user_timeout",
                                 "application_name",
                                 "dbname",
                                 static_cast<const char*>(nullptr)};
  const std::array values = {
      "5", "5", "5", "2", "15000", "clusterwire", url.c_str(), static_cast<const char*>(nullptr)};
  return PQconnectdbParams(kNames.data(), values.data(), /*expand_dbname=*/1);
}

// The number of the server's process behind a connection; empty when it doesn't answer.
std::string ServerProcess(PGconn* connection) {
  const Handle<PGresult, PQclear> result(PQexec(connection, "SELECT pg_backend_pid()"));
  return PQresultStatus(result.get()) == PGRES_TUPLES_OK ? PQgetvalue(result.get(), 0, 0) : "";
}

// That a connection keeps its session of the server from one transaction to the next: settings and
// prepared statements live there. A pooler that hands sessions on after each transaction is found
// by two clients that meet the same one. Where nothing answers, who connects next says so.
absl::Status CheckSessions(const std::string& url) {
  constexpr int kRounds = 3;  // a pooler may hand its sessions on in turn
  const Handle<PGconn, PQfinish> one(Connect(url));
  const std::string process = ServerProcess(one.get());
  // The server itself has told the same number when it took the connection.
  if (process.empty() || process == absl::StrCat(PQbackendPID(one.get()))) return absl::OkStatus();
  const Handle<PGconn, PQfinish> other(Connect(url));
  for (int round = 0; round < kRounds; ++round) {
    Handle<PGresult, PQclear> done(PQexec(other.get(), "BEGIN"));
    const bool by_statement = absl::StrContains(PQerrorMessage(other.get()), "pooling mode");
    const std::string others = ServerProcess(other.get());
    const std::string again = ServerProcess(one.get());
    done.reset(PQexec(other.get(), "ROLLBACK"));
    if (!by_statement && (others.empty() || again.empty())) return absl::OkStatus();
    if (by_statement || others == process || again != process) {
      return Error(absl::StatusCode::kFailedPrecondition, "POOLER_SHARES_SESSIONS",
                   "a pooler before PostgreSQL gives a connection another session for each "
                   "transaction, where it meets the settings and statements of other clients: let "
                   "it pool this database in session mode (PgBouncer: pool_mode = session), or "
                   "connect to PostgreSQL itself");
    }
  }
  return absl::OkStatus();
}

int64_t BigEndian(const char* data, int size) {
  uint64_t value = (static_cast<unsigned char>(data[0]) & 0x80) != 0 ? ~uint64_t{0} : 0;
  for (int i = 0; i < size; ++i) value = (value << 8) | static_cast<unsigned char>(data[i]);
  return static_cast<int64_t>(value);
}

absl::StatusOr<Value> DecodeColumn(PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return Value();
  const char* data = PQgetvalue(result, row, column);
  const int size = PQgetlength(result, row, column);
  switch (PQftype(result, column)) {
    case kBool:
    case kInt2:
    case kInt4:
    case kInt8:
      return Value(BigEndian(data, size));
    case kText:
    case kVarchar:
    case kName:
      return Value(std::string(data, static_cast<size_t>(size)));
    case kBytea:
      return Value(Bytes{std::string(data, static_cast<size_t>(size))});
    case kVoid:
      return Value();
    default:
      return absl::InternalError(absl::StrCat("column '", PQfname(result, column),
                                              "' has a type that is not read; cast it to BIGINT, "
                                              "TEXT or BYTEA"));
  }
}

using ResultHandle = Handle<PGresult, PQclear>;

class PostgresConnection final : public Connection {
 public:
  // `disk` outlives the connection; null where a full disk is of no interest.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& url,
                                                          const Options& options, DiskSpace* disk);

  absl::Status ExecuteScript(std::string_view sql) override;
  Dialect dialect() const override { return Dialect::kPostgres; }
  absl::Status LiftTimeLimit() override { return ExecuteScript("SET LOCAL statement_timeout = 0"); }
  void Reset() override;
  bool usable() const override { return PQstatus(connection_.get()) == CONNECTION_OK; }

 protected:
  absl::StatusOr<Result> DoQuery(std::string_view sql, std::span<const Value> parameters) override;

 private:
  PostgresConnection(PGconn* connection, const Options& options, DiskSpace* disk)
      : options_(options), disk_(disk), connection_(connection) {}

  // The name under which the server knows the statement.
  absl::StatusOr<std::string> Prepared(const std::string& sql);
  absl::Status Check(const ResultHandle& result, std::string_view doing) const;
  absl::StatusOr<Result> Decode(const ResultHandle& result) const;

  const Options options_;
  DiskSpace* const disk_;
  Handle<PGconn, PQfinish> connection_;
  std::unordered_map<std::string, std::string> statements_;
  int64_t next_statement_ = 0;
};

absl::StatusOr<std::unique_ptr<Connection>> PostgresConnection::Open(const std::string& url,
                                                                     const Options& options,
                                                                     DiskSpace* disk) {
  std::unique_ptr<PostgresConnection> connection(
      new PostgresConnection(Connect(url), options, disk));
  if (!connection->usable()) {
    return WithRetryDelay(
        Error(absl::StatusCode::kUnavailable, "DATABASE_AWAY",
              absl::StrCat("PostgreSQL takes no connection: ",
                           OneLine(PQerrorMessage(connection->connection_.get())))),
        kRetryDelay);
  }
  PQsetNoticeProcessor(
      connection->connection_.get(), [](void*, const char*) {}, nullptr);
  RETURN_IF_ERROR(connection->ExecuteScript(
      absl::StrCat("SET client_encoding = 'UTF8'; SET statement_timeout = ",
                   absl::ToInt64Milliseconds(options.statement_limit),
                   "; SET lock_timeout = ", absl::ToInt64Milliseconds(options.busy_limit))));
  return connection;
}

absl::Status PostgresConnection::ExecuteScript(std::string_view sql) {
  const ResultHandle result(PQexec(connection_.get(), std::string(sql).c_str()));
  return Check(result, sql);
}

void PostgresConnection::Reset() {
  if (PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) return;
  const ResultHandle result(PQexec(connection_.get(), "ROLLBACK"));
}

absl::StatusOr<Result> PostgresConnection::DoQuery(std::string_view sql,
                                                   std::span<const Value> parameters) {
  ASSIGN_OR_RETURN(const std::string name, Prepared(std::string(sql)));
  std::vector<std::string> integers;
  integers.reserve(parameters.size());  // pointers into it stay valid
  std::vector<const char*> data;
  std::vector<int> sizes;
  std::vector<int> formats;
  for (const Value& parameter : parameters) {
    const auto& value = parameter.variant();
    const auto* integer = std::get_if<int64_t>(&value);
    const bool binary = std::holds_alternative<Bytes>(value);
    const std::string& text = integer != nullptr ? integers.emplace_back(absl::StrCat(*integer))
                              : binary           ? parameter.bytes()
                                                 : parameter.text();
    data.push_back(parameter.is_null() ? nullptr : text.c_str());
    sizes.push_back(static_cast<int>(text.size()));
    formats.push_back(binary ? 1 : 0);
  }
  const ResultHandle result(PQexecPrepared(connection_.get(), name.c_str(),
                                           static_cast<int>(parameters.size()), data.data(),
                                           sizes.data(), formats.data(), /*resultFormat=*/1));
  RETURN_IF_ERROR(Check(result, sql));
  return Decode(result);
}

absl::StatusOr<std::string> PostgresConnection::Prepared(const std::string& sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return found->second;
  if (statements_.size() >= static_cast<size_t>(options_.statement_cache)) {
    statements_.clear();
    RETURN_IF_ERROR(ExecuteScript("DEALLOCATE ALL"));
  }
  std::string name = absl::StrCat("s", next_statement_++);
  const ResultHandle result(PQprepare(connection_.get(), name.c_str(), sql.c_str(), 0, nullptr));
  RETURN_IF_ERROR(Check(result, sql));
  statements_[sql] = name;
  return name;
}

absl::Status PostgresConnection::Check(const ResultHandle& result, std::string_view doing) const {
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) {
    // PostgreSQL answers COMMIT of a failed transaction with success and the word ROLLBACK.
    if (doing == "COMMIT" && absl::string_view(PQcmdStatus(result.get())) == "ROLLBACK") {
      return absl::InternalError("PostgreSQL: the transaction had failed and was rolled back");
    }
    return absl::OkStatus();
  }
  const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
  const char* primary = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
  const absl::string_view text =
      absl::StripAsciiWhitespace(primary != nullptr ? primary : PQerrorMessage(connection_.get()));
  // Without a state the server said nothing: libpq words what became of the connection, and may
  // call it usable still.
  const bool away = state == nullptr || !usable();
  const absl::StatusCode code = CodeOf(state == nullptr ? "" : state, !away);
  const std::string message = absl::StrCat("PostgreSQL: ", OneLine(text), " (", ToAbsl(doing), ")");
  if (state != nullptr && absl::string_view(state) == kDiskFull) {
    return DatabaseFull("the database", message, disk_);
  }
  if (code != absl::StatusCode::kUnavailable) return absl::Status(code, message);
  return WithRetryDelay(Error(code, away ? "DATABASE_AWAY" : "DATABASE_BUSY", message),
                        kRetryDelay);
}

absl::StatusOr<Result> PostgresConnection::Decode(const ResultHandle& handle) const {
  Result result;
  const int rows = PQntuples(handle.get());
  if (rows > options_.row_limit) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a query gave more than ", options_.row_limit, " rows"));
  }
  const int columns = PQnfields(handle.get());
  result.rows.reserve(static_cast<size_t>(rows));
  for (int row = 0; row < rows; ++row) {
    std::vector<Value> values;
    values.reserve(static_cast<size_t>(columns));
    for (int column = 0; column < columns; ++column) {
      ASSIGN_OR_RETURN(Value value, DecodeColumn(handle.get(), row, column));
      values.push_back(std::move(value));
    }
    result.rows.emplace_back(std::move(values));
  }
  if (!absl::SimpleAtoi(PQcmdTuples(handle.get()), &result.affected) ||
      absl::StartsWith(PQcmdStatus(handle.get()), "SELECT")) {
    result.affected = 0;
  }
  return result;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenPostgres(const std::string& url,
                                                       const Options& options) {
  RETURN_IF_ERROR(CheckSessions(url));
  auto database = std::make_unique<Pool>(options, [url](const Options& limits, DiskSpace* disk) {
    return PostgresConnection::Open(url, limits, disk);
  });
  RETURN_IF_ERROR(database->Acquire().status());
  return database;
}

}  // namespace clusterwire::sql
