#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/status/error.h"
#include "libs/sql/connection.h"

namespace clusterwire::sql {

struct Options {
  int connections = 16;                                // open at a time; further callers wait
  absl::Duration acquire_limit = absl::Seconds(10);    // how long they wait
  absl::Duration statement_limit = absl::Seconds(30);  // then DEADLINE_EXCEEDED
  absl::Duration busy_limit = absl::Seconds(10);       // waiting for SQLite's write lock
  int64_t row_limit = 100'000;                         // of one result
  int statement_cache = 200;                           // prepared statements per connection
};

// A connection on loan; goes back on destruction, rolled back if a transaction was left open.
using Lease = std::unique_ptr<Connection, std::function<void(Connection*)>>;

// A database and its pool of connections. Safe for use from any thread; outlives its leases.
class Database {
 public:
  virtual ~Database() = default;

  // Waits while all connections are out; UNAVAILABLE with a retry delay after the limit.
  virtual absl::StatusOr<Lease> Acquire() = 0;
  // The same for who is going to write. On SQLite it is always the same connection, one at a time
  // and in the order they came: each commit of one throws away what the others keep of the file.
  virtual absl::StatusOr<Lease> AcquireToWrite() { return Acquire(); }
  // Whether the disk has room for writes. OK, at no cost, until a statement fails for lack of room
  // (DATABASE_FULL); from then on that error, until a trial, made by each call and rolled back,
  // finds room for 1 MiB. Without a pool's connection: it answers also while all are out. A trial
  // ends within seconds (connecting 5, waiting for SQLite's writers 1, writing 2); one that the
  // database fails for another reason proves nothing. A disk that fills up between writes is
  // noticed by the first write.
  virtual absl::Status CheckWritable() = 0;

  // "sqlite:/var/lib/clusterwire/store.db" (created when missing; WAL, synchronous=FULL; for its
  // owner alone; one process only: another is refused with DATABASE_IN_USE) or
  // "postgresql://user@host:5432/name?sslmode=verify-full" (anything libpq takes). Tries the
  // connection.
  static absl::StatusOr<std::unique_ptr<Database>> Open(std::string_view url, Options options = {});
};

// Runs `body`, absl::Status or absl::StatusOr<T> (Connection&), in a transaction on a connection of
// the pool. Committed when it returned OK.
template <typename Body>
auto InTransaction(Database& database, Transaction::Kind kind, const Body& body)
    -> std::invoke_result_t<Body, Connection&> {
  ASSIGN_OR_RETURN(const Lease connection, kind == Transaction::Kind::kWrite
                                               ? database.AcquireToWrite()
                                               : database.Acquire());
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*connection, kind));
  auto result = body(*connection);
  if (result.ok()) RETURN_IF_ERROR(transaction.Commit());
  return result;
}

// One step of a schema. `script` is written once for both databases with the column types `{int}`,
// `{text}` (compares by bytes on both) and `{bytes}`; `{by key}` behind a table lets SQLite keep
// its rows in the index of their key, without another of their own. A landed step is never edited.
struct Migration {
  int version;  // 1, 2, 3, …
  std::string_view script;
};

// Brings the tables of `component` up to the newest of `steps`, in one transaction under a lock,
// so that replicas may start at the same time: another process waits for it. A step may take as
// long as it takes; the log says what goes on. A schema that is newer than this program is
// FAILED_PRECONDITION, reason SCHEMA_TOO_NEW.
absl::Status Migrate(Database& database, std::string_view component,
                     std::span<const Migration> steps);

}  // namespace clusterwire::sql
