#include "libs/sql/transaction.h"

#include <utility>

#include "libs/base/status/error.h"

namespace clusterwire::sql {

absl::StatusOr<Transaction> Transaction::Begin(Connection& connection, Kind kind) {
  connection.ForgetError();
  const bool sqlite = connection.dialect() == Dialect::kSqlite;
  if (kind == Kind::kWrite) {
    RETURN_IF_ERROR(connection.Execute(sqlite ? "BEGIN IMMEDIATE" : "BEGIN"));
  } else {
    RETURN_IF_ERROR(
        connection.Execute(sqlite ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  }
  return Transaction(&connection);
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() { Rollback(); }

absl::Status Transaction::Commit() {
  absl::Status status = connection_->Execute("COMMIT");
  // SQLite leaves the transaction open after some errors.
  if (!status.ok()) connection_->Reset();
  connection_ = nullptr;
  return status;
}

void Transaction::Rollback() {
  if (connection_ != nullptr) connection_->Reset();
  connection_ = nullptr;
}

}  // namespace clusterwire::sql
