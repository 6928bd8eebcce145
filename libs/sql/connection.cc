#include "libs/sql/connection.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::sql {
namespace {

// PostgreSQL refuses these texts and SQLite takes them: refused here, so that both do the same.
absl::Status CheckTexts(std::span<const Value> parameters) {
  for (const Value& parameter : parameters) {
    const std::string& text = parameter.text();
    const size_t at = std::min(text.find('\0'), Utf8Prefix(text));
    if (at == text.size()) continue;
    return Error(absl::StatusCode::kInvalidArgument, "TEXT_NOT_STORABLE",
                 absl::StrCat("a text can't be stored: at byte ", at,
                              (text[at] == '\0' ? " it holds U+0000" : " it is not UTF-8")));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Result> Connection::Query(std::string_view sql, std::vector<Value> parameters) {
  absl::Status storable = CheckTexts(parameters);
  absl::StatusOr<Result> result = storable.ok() ? DoQuery(sql, parameters) : std::move(storable);
  if (!result.ok() && error_.ok()) error_ = result.status();
  return result;
}

absl::Status Connection::Execute(std::string_view sql, std::vector<Value> parameters) {
  return Query(sql, std::move(parameters)).status();
}

absl::StatusOr<Transaction> Transaction::Begin(Connection& connection, Kind kind) {
  connection.error_ = absl::OkStatus();
  const bool sqlite = connection.dialect() == Dialect::kSqlite;
  const char* const write = sqlite ? "BEGIN IMMEDIATE" : "BEGIN";
  const char* const read = sqlite ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
  RETURN_IF_ERROR(connection.Execute(kind == Kind::kWrite ? write : read));
  return Transaction(&connection);
}

absl::Status Transaction::Commit() {
  absl::Status status = connection_->Execute("COMMIT");
  Rollback();  // SQLite leaves the transaction open after some errors
  return status;
}

}  // namespace clusterwire::sql
