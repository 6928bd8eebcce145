#include "libs/store/log/cursors.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/sql/connection.h"

namespace clusterwire::store {
namespace {

absl::StatusOr<Cursor> Read(sql::Connection& connection, std::string_view name, bool lock) {
  constexpr char kSelect[] =
      "SELECT revision, ordinal, lease_holder, lease_epoch, lease_end FROM cursor "
      "WHERE name = $1";
  constexpr char kSelectForUpdate[] =
      "SELECT revision, ordinal, lease_holder, lease_epoch, lease_end FROM cursor "
      "WHERE name = $1 FOR UPDATE";
  const bool for_update = lock && connection.dialect() == sql::Dialect::kPostgres;
  ASSIGN_OR_RETURN(const sql::Result result,
                   connection.Query(for_update ? kSelectForUpdate : kSelect, {name}));
  if (result.rows.empty()) {
    return absl::NotFoundError(absl::StrCat("nothing reads the log as '", ToAbsl(name), "'"));
  }
  const sql::Row& row = result.rows[0];
  Cursor cursor;
  cursor.name = name;
  cursor.position = {{row.Int(0)}, row.Int(1)};
  cursor.holder = row.Text(2);
  cursor.epoch = row.Int(3);
  cursor.lease_end = absl::FromUnixMicros(row.Int(4));
  return cursor;
}

absl::Status LeaseLost(const Cursor& cursor) {
  return Error(absl::StatusCode::kAborted, "LEASE_LOST",
               absl::StrCat("the cursor '", cursor.name, "' is no longer held under epoch ",
                            cursor.epoch, ": another holder took over"));
}

}  // namespace

absl::StatusOr<Cursor> Cursors::Acquire(std::string_view name, std::string_view holder,
                                        absl::Duration lease) {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
  ASSIGN_OR_RETURN(sql::Transaction transaction,
                   sql::Transaction::Begin(*connection, sql::Transaction::Kind::kWrite));
  RETURN_IF_ERROR(connection->Execute(
      "INSERT INTO cursor(name, revision, ordinal, lease_holder, lease_epoch, lease_end) "
      "VALUES($1, 0, 0, '', 0, 0) ON CONFLICT(name) DO NOTHING",
      {name}));
  ASSIGN_OR_RETURN(Cursor cursor, Read(*connection, name, /*lock=*/true));
  const absl::Time now = clock_.Now();
  if (!cursor.holder.empty() && cursor.holder != holder && cursor.lease_end > now) {
    return Error(absl::StatusCode::kFailedPrecondition, "LEASE_HELD",
                 absl::StrCat("the cursor '", cursor.name, "' is held by ", cursor.holder,
                              " until ", absl::FormatTime(cursor.lease_end)));
  }
  cursor.holder = holder;
  ++cursor.epoch;
  cursor.lease_end = now + lease;
  RETURN_IF_ERROR(connection->Execute(
      "UPDATE cursor SET lease_holder = $2, lease_epoch = $3, lease_end = $4 WHERE name = $1",
      {name, holder, cursor.epoch, absl::ToUnixMicros(cursor.lease_end)}));
  RETURN_IF_ERROR(transaction.Commit());
  return cursor;
}

absl::Status Cursors::Renew(Cursor& cursor, absl::Duration lease) {
  const absl::Time end = clock_.Now() + lease;
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
  ASSIGN_OR_RETURN(
      const sql::Result result,
      connection->Query("UPDATE cursor SET lease_end = $3 WHERE name = $1 AND lease_epoch = $2",
                        {cursor.name, cursor.epoch, absl::ToUnixMicros(end)}));
  if (result.affected == 0) return LeaseLost(cursor);
  cursor.lease_end = end;
  return absl::OkStatus();
}

absl::Status Cursors::Move(const Cursor& cursor) {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
  ASSIGN_OR_RETURN(
      const sql::Result result,
      connection->Query(
          "UPDATE cursor SET revision = $3, ordinal = $4 "
          "WHERE name = $1 AND lease_epoch = $2 AND (revision, ordinal) <= ($3, $4)",
          {cursor.name, cursor.epoch, cursor.position.revision.value, cursor.position.ordinal}));
  if (result.affected != 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Cursor stored, Read(*connection, cursor.name, /*lock=*/false));
  if (stored.epoch != cursor.epoch) return LeaseLost(cursor);
  return absl::FailedPreconditionError(
      absl::StrCat("the cursor '", cursor.name, "' stands at revision ",
                   stored.position.revision.value, " and moves forward only"));
}

absl::Status Cursors::Release(const Cursor& cursor) {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
  ASSIGN_OR_RETURN(const sql::Result result,
                   connection->Query("UPDATE cursor SET lease_holder = '', lease_end = 0 "
                                     "WHERE name = $1 AND lease_epoch = $2",
                                     {cursor.name, cursor.epoch}));
  return result.affected == 0 ? LeaseLost(cursor) : absl::OkStatus();
}

absl::Status Cursors::Rewind(std::string_view name, Position position) {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
  ASSIGN_OR_RETURN(
      const sql::Result result,
      connection->Query("UPDATE cursor SET revision = $2, ordinal = $3, lease_holder = '', "
                        "lease_epoch = lease_epoch + 1, lease_end = 0 WHERE name = $1",
                        {name, position.revision.value, position.ordinal}));
  if (result.affected != 0) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("nothing reads the log as '", ToAbsl(name), "'"));
}

absl::StatusOr<Cursor> Cursors::Get(std::string_view name) {
  ASSIGN_OR_RETURN(sql::Lease connection, database_.Acquire());
  return Read(*connection, name, /*lock=*/false);
}

}  // namespace clusterwire::store
