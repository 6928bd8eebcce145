#pragma once

#include <memory>
#include <type_traits>

#include "libs/base/status/error.h"
#include "libs/sql/database.h"
#include "libs/sql/transaction.h"

namespace clusterwire::notification {

// Records, positions, deliveries, attempts and inboxes: plain tables, much written, without
// revisions. Each table has a class over a connection (Records, Deliveries, …); this one gives
// them their transaction, so that what belongs together commits together:
//
//   ledger.Write([&](sql::Connection& connection) -> absl::Status {
//     RETURN_IF_ERROR(Records(connection).Close(…));
//     return TopicPositions(connection).Move(…);
//   });
//
// Safe for use from any thread. After UNAVAILABLE from Write() it is not known whether the
// transaction took place: every write of the ledger may be repeated.
class Ledger {
 public:
  // Creates or updates the tables. `database` outlives the ledger.
  static absl::StatusOr<std::unique_ptr<Ledger>> Open(sql::Database& database);

  // Body: absl::Status or absl::StatusOr<T> (sql::Connection&). Committed when it returned OK.
  template <typename Body>
  auto Write(const Body& body) -> std::invoke_result_t<Body, sql::Connection&> {
    return Run(sql::Transaction::Kind::kWrite, body);
  }
  template <typename Body>
  auto Read(const Body& body) -> std::invoke_result_t<Body, sql::Connection&> {
    return Run(sql::Transaction::Kind::kRead, body);
  }

 private:
  explicit Ledger(sql::Database& database) : database_(database) {}

  template <typename Body>
  auto Run(sql::Transaction::Kind kind, const Body& body)
      -> std::invoke_result_t<Body, sql::Connection&> {
    ASSIGN_OR_RETURN(const sql::Lease connection, database_.Acquire());
    ASSIGN_OR_RETURN(sql::Transaction transaction, sql::Transaction::Begin(*connection, kind));
    auto result = body(*connection);
    if (result.ok()) RETURN_IF_ERROR(transaction.Commit());
    return result;
  }

  sql::Database& database_;
};

}  // namespace clusterwire::notification
