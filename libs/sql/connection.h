#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/sql/value.h"

namespace clusterwire::sql {

enum class Dialect { kSqlite, kPostgres };

// One connection to a database. Used by one thread at a time.
//
// Errors are classified the same for both databases: ALREADY_EXISTS (a unique key is taken),
// INVALID_ARGUMENT (the data can't be stored: U+0000 or broken UTF-8 in a text, a value out of
// range), UNAVAILABLE (busy, serialisation, connection lost: worth another try),
// DEADLINE_EXCEEDED (the statement's time limit), RESOURCE_EXHAUSTED (the disk is full,
// reason DATABASE_FULL; too many rows), else INTERNAL. After any error inside a transaction, roll
// back: PostgreSQL takes nothing more.
class Connection {
 public:
  virtual ~Connection() = default;

  // Runs one statement with `$1`-style parameters. The whole result is held in memory: page with
  // LIMIT; more rows than the database's limit are RESOURCE_EXHAUSTED. Statements are prepared
  // once and kept, so `sql` should be one of a few constant texts.
  absl::StatusOr<Result> Query(std::string_view sql, std::vector<Value> parameters = {});
  // The same where only success counts.
  absl::Status Execute(std::string_view sql, std::vector<Value> parameters = {});
  // Several statements separated by semicolons, without parameters; not kept prepared.
  virtual absl::Status ExecuteScript(std::string_view sql) = 0;

  // The first error of a statement since the transaction began. Who runs foreign code inside a
  // transaction learns from it what that code swallowed.
  const absl::Status& error() const { return error_; }
  void ForgetError() { error_ = absl::OkStatus(); }

  virtual Dialect dialect() const = 0;
  // Rolls back what was left open. The pool calls it when a connection comes back.
  virtual void Reset() = 0;
  // False once the connection is lost; the pool then throws it away.
  virtual bool usable() const = 0;

 protected:
  // Parameters have passed the check of texts.
  virtual absl::StatusOr<Result> DoQuery(std::string_view sql,
                                         std::span<const Value> parameters) = 0;

 private:
  absl::StatusOr<Result> CheckAndQuery(std::string_view sql, std::span<const Value> parameters);

  absl::Status error_;
};

}  // namespace clusterwire::sql
