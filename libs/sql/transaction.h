#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/sql/connection.h"

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

}  // namespace clusterwire::sql
