#include "libs/store/log/cursors.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/sql/connection.h"
#include "libs/store/log/log.h"
#include "libs/store/tables/tables.h"

namespace clusterwire::store {
namespace {

absl::Status Unknown(std::string_view name) {
  return absl::NotFoundError(absl::StrCat("nothing reads the log as '", ToAbsl(name), "'"));
}

absl::StatusOr<Cursor> Read(sql::Connection& connection, std::string_view name, bool lock) {
  const bool for_update = lock && connection.dialect() == sql::Dialect::kPostgres;
  ASSIGN_OR_RETURN(
      const sql::Result result,
      connection.Query(absl::StrCat("SELECT revision, ordinal, lease_holder, lease_epoch, "
                                    "lease_end FROM cursor WHERE name = $1",
                                    for_update ? " FOR UPDATE" : ""),
                       {name}));
  if (result.rows.empty()) return Unknown(name);
  const sql::Row& row = result.rows[0];
  Cursor cursor;
  cursor.name = name;
  cursor.position = {{row.Int(0)}, row.Int(1)};
  cursor.holder = row.Text(2);
  cursor.epoch = row.Int(3);
  cursor.lease_end = absl::FromUnixMicros(row.Int(4));
  return cursor;
}

absl::Status LeaseHeld(const Cursor& cursor, absl::Duration left) {
  const int64_t seconds = absl::ToInt64Seconds(absl::Ceil(left, absl::Seconds(1)));
  return Error(
      absl::StatusCode::kFailedPrecondition, "LEASE_HELD",
      absl::StrCat("the cursor '", cursor.name, "' is held by ", cursor.holder,
                   ", who has said until ", absl::FormatTime(cursor.lease_end),
                   " by its own clock; it is over in ", seconds, " s unless it is renewed by then"),
      {{"holder", cursor.holder}, {"seconds", absl::StrCat(seconds)}});
}

absl::Status LeaseLost(const Cursor& cursor) {
  return Error(absl::StatusCode::kAborted, "LEASE_LOST",
               absl::StrCat("the cursor '", cursor.name, "' is no longer held under epoch ",
                            cursor.epoch, ": another holder took over"));
}

}  // namespace

absl::StatusOr<Cursor> Cursors::Acquire(std::string_view name, std::string_view holder,
                                        absl::Duration lease) {
  const auto acquire = [&](sql::Connection& connection) -> absl::StatusOr<Cursor> {
    RETURN_IF_ERROR(connection.Execute(
        "INSERT INTO cursor(name, revision, ordinal, lease_holder, lease_epoch, lease_end) "
        "VALUES($1, 0, 0, '', 0, 0) ON CONFLICT(name) DO NOTHING",
        {name}));
    ASSIGN_OR_RETURN(Cursor cursor, Read(connection, name, /*lock=*/true));
    if (!cursor.holder.empty() && cursor.holder != holder) {
      const absl::Duration left = LeftOf(cursor, lease);
      if (left > absl::ZeroDuration()) return LeaseHeld(cursor, left);
    }
    cursor.holder = holder;
    ++cursor.epoch;
    cursor.lease_end = clock_.Now() + lease;
    RETURN_IF_ERROR(connection.Execute(
        "UPDATE cursor SET lease_holder = $2, lease_epoch = $3, lease_end = $4 WHERE name = $1",
        {name, holder, cursor.epoch, absl::ToUnixMicros(cursor.lease_end)}));
    return cursor;
  };
  return sql::InTransaction(database_, sql::Transaction::Kind::kWrite, acquire);
}

absl::Duration Cursors::LeftOf(const Cursor& cursor, absl::Duration lease) {
  const absl::Duration now = clock_.Uptime();
  MutexLock lock(mutex_);
  const auto [seen, fresh] = seen_.try_emplace(cursor.name);
  if (fresh || seen->second.epoch != cursor.epoch || seen->second.lease_end != cursor.lease_end) {
    seen->second = {.epoch = cursor.epoch, .lease_end = cursor.lease_end, .since = now};
  }
  return lease - (now - seen->second.since);
}

absl::Status Cursors::Renew(Cursor& cursor, absl::Duration lease) {
  absl::Time end = clock_.Now() + lease;
  // Each renewal must be seen, on a clock that was set back too.
  if (end == cursor.lease_end) end += absl::Microseconds(1);
  ASSIGN_OR_RETURN(const bool renewed,
                   Update("lease_end = $3 WHERE name = $1 AND lease_epoch = $2",
                          {cursor.name, cursor.epoch, absl::ToUnixMicros(end)}));
  if (!renewed) return LeaseLost(cursor);
  cursor.lease_end = end;
  return absl::OkStatus();
}

absl::Status Cursors::Move(const Cursor& cursor) {
  ASSIGN_OR_RETURN(
      const bool moved,
      Update("revision = $3, ordinal = $4 WHERE name = $1 AND lease_epoch = $2 AND (revision, "
             "ordinal) <= ($3, $4)",
             {cursor.name, cursor.epoch, cursor.position.revision.value, cursor.position.ordinal}));
  if (moved) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Cursor stored, Get(cursor.name));
  if (stored.epoch != cursor.epoch) return LeaseLost(cursor);
  return absl::FailedPreconditionError(
      absl::StrCat("the cursor '", cursor.name, "' stands at revision ",
                   stored.position.revision.value, " and moves forward only"));
}

absl::Status Cursors::Release(const Cursor& cursor) {
  ASSIGN_OR_RETURN(const bool released,
                   Update("lease_holder = '', lease_end = 0 WHERE name = $1 AND lease_epoch = $2",
                          {cursor.name, cursor.epoch}));
  return released ? absl::OkStatus() : LeaseLost(cursor);
}

absl::Status Cursors::Rewind(std::string_view name, Position position) {
  const auto rewind = [&](sql::Connection& connection) -> absl::Status {
    // The lock keeps the log from being compacted past the position in the meantime.
    ASSIGN_OR_RETURN(const Cursor cursor, Read(connection, name, /*lock=*/true));
    if (cursor.position < position) {
      return absl::FailedPreconditionError(absl::StrCat(
          "the cursor '", cursor.name, "' stands at revision ", cursor.position.revision.value,
          ", before revision ", position.revision.value, ", and a rewind never skips anything"));
    }
    ASSIGN_OR_RETURN(const int64_t whole_above, Settings(connection).Get(kWholeAbove));
    if (position.revision.value < whole_above) return RevisionCompacted(position, whole_above);
    return connection.Execute(
        "UPDATE cursor SET revision = $2, ordinal = $3, lease_holder = '', "
        "lease_epoch = lease_epoch + 1, lease_end = 0 WHERE name = $1",
        {name, position.revision.value, position.ordinal});
  };
  return sql::InTransaction(database_, sql::Transaction::Kind::kWrite, rewind);
}

absl::StatusOr<Cursor> Cursors::Get(std::string_view name) {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
  return Read(*connection, name, /*lock=*/false);
}

absl::StatusOr<bool> Cursors::Update(std::string_view change, std::vector<sql::Value> parameters) {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.AcquireToWrite());
  ASSIGN_OR_RETURN(
      const sql::Result result,
      connection->Query(absl::StrCat("UPDATE cursor SET ", ToAbsl(change)), std::move(parameters)));
  return result.affected != 0;
}

}  // namespace clusterwire::store
