#pragma once

#include <memory>
#include <type_traits>

#include "libs/base/status/error.h"
#include "libs/sql/database.h"

namespace clusterwire::notification {

// Records, positions, deliveries, attempts and inboxes: plain tables, much written, without
// revisions. Each table has a class over a connection (Records, Deliveries, …); this one gives
// them their transaction, so that what belongs together commits together:
//
//   ledger.Write([&](sql::Connection& connection) -> absl::Status {
//     RETURN_IF_ERROR(Records(connection).SetProgress(…));
//     return TopicPositions(connection).Move(…);
//   });
//
// Safe for use from any thread. After UNAVAILABLE from Write() it is not known whether the
// transaction took place: every write of the ledger may be repeated.
class Ledger {
 public:
  // Creates or updates the tables. They never meet the store's: on SQLite they have a file of their
  // own, on PostgreSQL other names. `database` outlives the ledger.
  static absl::StatusOr<std::unique_ptr<Ledger>> Open(sql::Database& database);

  // Whether other processes may write to it too.
  bool shared() const { return shared_; }

  // Body: absl::Status or absl::StatusOr<T> (sql::Connection&). Committed when it returned OK.
  template <typename Body>
  auto Write(const Body& body) -> std::invoke_result_t<Body, sql::Connection&> {
    return sql::InTransaction(database_, sql::Transaction::Kind::kWrite, body);
  }
  template <typename Body>
  auto Read(const Body& body) -> std::invoke_result_t<Body, sql::Connection&> {
    return sql::InTransaction(database_, sql::Transaction::Kind::kRead, body);
  }

 private:
  Ledger(sql::Database& database, bool shared) : database_(database), shared_(shared) {}

  sql::Database& database_;
  const bool shared_;
};

}  // namespace clusterwire::notification
