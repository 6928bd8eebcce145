#include "services/notification/ledger/records.h"

#include <tuple>

#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"

namespace clusterwire::notification {

absl::StatusOr<MatchProgress> Records::Keep(const Record& record) {
  const change::v1::ResourceChanged& change = record.change;
  RETURN_IF_ERROR(connection_.Execute(
      "INSERT INTO record (history, revision, ordinal, id, name, root, kind, payload, trace,"
      " received, matched, matched_through, closed)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, '', 0)"
      " ON CONFLICT (history, revision, ordinal) DO NOTHING",
      {change.history_id(), change.revision(), change.ordinal(), record.id, change.name(),
       change.root(), change.kind(), sql::Bytes{change.SerializeAsString()}, record.trace,
       absl::ToUnixMicros(record.received)}));
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT matched, matched_through, closed FROM record WHERE id = $1",
                        {record.id}));
  if (found.rows.empty()) return absl::InternalError("the record just kept is not there");
  const sql::Row& row = found.rows[0];
  return MatchProgress{.matched = row.Int(0), .through = row.Text(1), .closed = row.Int(2) != 0};
}

absl::Status Records::SetProgress(std::string_view id, const MatchProgress& progress) {
  return connection_.Execute(
      "UPDATE record SET matched = $2, matched_through = $3, closed = $4 WHERE id = $1",
      {id, progress.matched, progress.through, progress.closed});
}

absl::StatusOr<Record> Records::Load(std::string_view id) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT payload, trace, received FROM record WHERE id = $1", {id}));
  if (found.rows.empty()) return NotFoundError(id);
  const sql::Row& row = found.rows[0];
  Record record{
      .id = std::string(id), .trace = row.Text(1), .received = absl::FromUnixMicros(row.Int(2))};
  if (!record.change.ParseFromString(row.Bytes(0))) {
    return absl::DataLossError("a kept record can't be parsed: " + record.id);
  }
  return record;
}

absl::StatusOr<absl::Time> Records::LastReceived() {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT received FROM record ORDER BY received DESC LIMIT 1"));
  if (found.rows.empty()) return absl::InfinitePast();
  return absl::FromUnixMicros(found.rows[0].Int(0));
}

absl::StatusOr<bool> NewestRecords::Note(const change::v1::ResourceChanged& change, bool hidden) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT history, revision, ordinal FROM newest_record WHERE name = $1",
                        {change.name()}));
  if (!found.rows.empty()) {
    const sql::Row& newest = found.rows[0];
    if (newest.Text(0) == change.history_id() &&
        std::tuple(newest.Int(1), newest.Int(2)) >
            std::tuple(change.revision(), int64_t{change.ordinal()})) {
      return false;
    }
  }
  RETURN_IF_ERROR(connection_.Execute(
      "INSERT INTO newest_record (name, history, revision, ordinal, hidden)"
      " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO UPDATE SET history = excluded.history,"
      " revision = excluded.revision, ordinal = excluded.ordinal, hidden = excluded.hidden",
      {change.name(), change.history_id(), change.revision(), change.ordinal(), hidden}));
  return true;
}

}  // namespace clusterwire::notification
