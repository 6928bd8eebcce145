#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace clusterwire::sql {

// A value with a byte string in it: what the databases call BLOB or BYTEA.
struct Bytes {
  std::string data;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};

// A parameter or a column: null, a 64-bit integer, text (UTF-8 without U+0000) or bytes.
class Value {
 public:
  Value(std::nullopt_t = std::nullopt) {}
  Value(int64_t value) : value_(value) {}
  Value(int value) : value_(int64_t{value}) {}
  Value(bool value) : value_(int64_t{value}) {}
  Value(const char* text) : value_(std::string(text)) {}
  Value(std::string_view text) : value_(std::string(text)) {}
  Value(std::string text) : value_(std::move(text)) {}
  Value(Bytes bytes) : value_(std::move(bytes)) {}

  bool is_null() const { return value_.index() == 0; }
  // The wrong kind answers zero or the empty string: a query names its columns, so that is a
  // mistake in the query, which its test shows.
  int64_t integer() const { return Get<int64_t>(); }
  const std::string& text() const { return Get<std::string>(); }
  const std::string& bytes() const { return Get<Bytes>().data; }

  const std::variant<std::monostate, int64_t, std::string, Bytes>& variant() const {
    return value_;
  }
  friend bool operator==(const Value&, const Value&) = default;

 private:
  template <typename Kind>
  const Kind& Get() const {
    static const Kind& none = *new Kind{};
    const Kind* value = std::get_if<Kind>(&value_);
    return value == nullptr ? none : *value;
  }

  std::variant<std::monostate, int64_t, std::string, Bytes> value_;
};

// One row of a result, columns in the order of the query.
class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}

  size_t size() const { return values_.size(); }
  bool IsNull(size_t column) const { return values_[column].is_null(); }
  int64_t Int(size_t column) const { return values_[column].integer(); }
  const std::string& Text(size_t column) const { return values_[column].text(); }
  const std::string& Bytes(size_t column) const { return values_[column].bytes(); }

 private:
  std::vector<Value> values_;
};

struct Result {
  std::vector<Row> rows;
  int64_t affected = 0;  // rows inserted, updated or deleted
};

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

  virtual Dialect dialect() const = 0;
  // Lets the statements of the transaction that is open now take as long as they take.
  virtual absl::Status LiftTimeLimit() = 0;
  // Rolls back what was left open. The pool calls it when a connection comes back.
  virtual void Reset() = 0;
  // False once the connection is lost; the pool then throws it away.
  virtual bool usable() const = 0;

 protected:
  // Parameters have passed the check of texts.
  virtual absl::StatusOr<Result> DoQuery(std::string_view sql,
                                         std::span<const Value> parameters) = 0;

 private:
  friend class Transaction;

  absl::Status error_;
};

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

  // After UNAVAILABLE it is not known whether the transaction took place.
  absl::Status Commit();
  void Rollback() { connection_.reset(); }

 private:
  struct RollBack {
    void operator()(Connection* connection) const { connection->Reset(); }
  };

  explicit Transaction(Connection* connection) : connection_(connection) {}

  std::unique_ptr<Connection, RollBack> connection_;  // null once over
};

}  // namespace clusterwire::sql
