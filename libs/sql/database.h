#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/sql/connection.h"

namespace clusterwire::sql {

struct Options {
  int connections = 16;                                // open at a time; further callers wait
  absl::Duration acquire_limit = absl::Seconds(10);    // how long they wait
  absl::Duration statement_limit = absl::Seconds(30);  // then DEADLINE_EXCEEDED
  absl::Duration busy_limit = absl::Seconds(10);       // waiting for SQLite's write lock
  int64_t row_limit = 100'000;                         // of one result
  int statement_cache = 200;                           // prepared statements per connection
  int checkpoint_pages = 1000;  // pages in SQLite's log that start a checkpoint
};

// A connection on loan; goes back on destruction, rolled back if a transaction was left open.
class Lease {
 public:
  Lease() = default;
  explicit Lease(std::unique_ptr<Connection> connection,
                 std::function<void(std::unique_ptr<Connection>)> give_back)
      : connection_(std::move(connection)), give_back_(std::move(give_back)) {}
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&& other) noexcept;
  ~Lease() { Return(); }

  Connection& operator*() const { return *connection_; }
  Connection* operator->() const { return connection_.get(); }
  explicit operator bool() const { return connection_ != nullptr; }
  void Return();

 private:
  std::unique_ptr<Connection> connection_;
  std::function<void(std::unique_ptr<Connection>)> give_back_;
};

// A database and its pool of connections. Safe for use from any thread; outlives its leases.
class Database {
 public:
  virtual ~Database() = default;

  // Waits while all connections are out; UNAVAILABLE with a retry delay after the limit.
  virtual absl::StatusOr<Lease> Acquire() = 0;
  virtual Dialect dialect() const = 0;
  // Whether the disk has room for writes. OK, at no cost, until a statement fails for lack of room
  // (DATABASE_FULL); from then on that error, until a trial, made by each call and rolled back,
  // finds room for 1 MiB. Without a pool's connection: it answers also while all are out. A trial
  // ends within seconds (connecting 5, waiting for SQLite's writers 1, writing 2); one that the
  // database fails for another reason proves nothing. A disk that fills up while nobody writes is
  // noticed by the first write.
  virtual absl::Status CheckWritable() = 0;

  // "sqlite:/var/lib/clusterwire/store.db" (created when missing; WAL, synchronous=FULL, one
  // process only) or "postgresql://user@host:5432/name?sslmode=verify-full" (anything libpq takes).
  // Tries the connection.
  static absl::StatusOr<std::unique_ptr<Database>> Open(std::string_view url, Options options = {});
  // Whether `url` is of one of these kinds; nothing is opened, and libpq not asked. The error
  // doesn't quote the URL: it may hold a password.
  static absl::Status CheckUrl(std::string_view url);
};

}  // namespace clusterwire::sql
