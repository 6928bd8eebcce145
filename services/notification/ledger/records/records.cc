#include "services/notification/ledger/records/records.h"

#include "libs/base/status/error.h"

namespace clusterwire::notification {

absl::StatusOr<std::optional<MatchProgress>> Records::Keep(const Record& record,
                                                           const MatchProgress& progress) {
  const change::v1::ResourceChanged& change = record.change;
  ASSIGN_OR_RETURN(
      const sql::Result added,
      connection_.Query(
          "INSERT INTO record (history, revision, ordinal, id, name, root, kind, payload, trace,"
          " received, matched, matched_through, closed)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
          " ON CONFLICT (history, revision, ordinal) DO NOTHING",
          {change.history_id(), change.revision(), change.ordinal(), record.id, change.name(),
           change.root(), change.kind(), sql::Bytes{change.SerializeAsString()}, record.trace,
           absl::ToUnixMicros(record.received), progress.matched, progress.through,
           progress.closed}));
  if (added.affected > 0) return std::nullopt;
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT matched, matched_through, closed FROM record WHERE id = $1",
                        {record.id}));
  if (found.rows.empty()) return absl::InternalError("the record that is kept is not there");
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
      const sql::Result noted,
      connection_.Query(
          "INSERT INTO newest_record (name, history, revision, ordinal, hidden)"
          " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO UPDATE SET"
          " history = excluded.history, revision = excluded.revision, ordinal = excluded.ordinal,"
          " hidden = excluded.hidden"
          " WHERE newest_record.history <> excluded.history OR"
          " (newest_record.revision, newest_record.ordinal)"
          " <= (excluded.revision, excluded.ordinal)",
          {change.name(), change.history_id(), change.revision(), change.ordinal(), hidden}));
  return noted.affected > 0;
}

}  // namespace clusterwire::notification
