#pragma once

#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/base/status/status_macros.h"
#include "libs/sql/database.h"

namespace clusterwire::sql {

// One transaction on one connection. Rolled back on destruction unless Commit() was called.
class Transaction {
 public:
  enum class Kind {
    // Sees one state of the database for as long as it lasts; writes nothing.
    kRead,
    // SQLite: has the file's only write lock from the start. PostgreSQL: read committed, so each
    // statement sees what was committed before it; lock rows with FOR UPDATE.
    kWrite,
  };

  static absl::StatusOr<Transaction> Begin(Connection& connection, Kind kind);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // After UNAVAILABLE it is not known whether the transaction took place.
  absl::Status Commit();
  void Rollback();

 private:
  explicit Transaction(Connection* connection) : connection_(connection) {}

  Connection* connection_;  // null once over
};

// Runs `body`, absl::Status or absl::StatusOr<T> (Connection&), in a transaction on a connection of
// the pool. Committed when it returned OK.
template <typename Body>
auto InTransaction(Database& database, Transaction::Kind kind, const Body& body)
    -> std::invoke_result_t<Body, Connection&> {
  ASSIGN_OR_RETURN(const Lease connection, database.Acquire());
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*connection, kind));
  auto result = body(*connection);
  if (result.ok()) RETURN_IF_ERROR(transaction.Commit());
  return result;
}

}  // namespace clusterwire::sql
