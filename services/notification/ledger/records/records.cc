#include "services/notification/ledger/records/records.h"

#include <algorithm>
#include <map>

#include "libs/base/status/error.h"
#include "services/notification/ledger/records/seen_by.h"

namespace clusterwire::notification {

absl::StatusOr<std::optional<MatchProgress>> Records::Keep(const KeptRecord& record,
                                                           const MatchProgress& progress) {
  const change::v1::ResourceChanged& change = record.change;
  ASSIGN_OR_RETURN(
      const sql::Result added,
      connection_.Query(
          "INSERT INTO record (history, revision, ordinal, id, name, root, kind, payload, trace,"
          " received, matched, matched_through, closed, seen_by, cause)"
          " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 WHERE NOT"
          " EXISTS"
          " (SELECT 1 FROM purged_record WHERE history = $1 AND revision >= $2)"
          " ON CONFLICT (history, revision, ordinal) DO NOTHING",
          {change.history_id(), change.revision(), change.ordinal(), record.id, change.name(),
           change.root(), change.kind(), sql::Bytes{change.SerializeAsString()}, record.trace,
           absl::ToUnixMicros(record.received), progress.matched, progress.through, progress.closed,
           SeenBy(change), change.cause()}));
  if (added.affected > 0) return std::nullopt;
  // Another process may be at the same record, whose partition it has lost since: who comes second
  // waits here and goes on where the first has come to.
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("UPDATE record SET closed = closed WHERE id = $1"
                                     " RETURNING matched, matched_through, closed",
                                     {record.id}));
  if (found.rows.empty()) return MatchProgress{.closed = true};  // purged
  const sql::Row& row = found.rows[0];
  return MatchProgress{.matched = row.Int(0), .through = row.Text(1), .closed = row.Int(2) != 0};
}

absl::Status Records::SetProgress(std::string_view id, const MatchProgress& progress) {
  return connection_.Execute(
      "UPDATE record SET matched = $2, matched_through = $3, closed = $4 WHERE id = $1",
      {id, progress.matched, progress.through, progress.closed});
}

absl::StatusOr<bool> Records::Hold(std::string_view id) {
  ASSIGN_OR_RETURN(const sql::Result held,
                   connection_.Query("UPDATE record SET closed = closed WHERE id = $1", {id}));
  return held.affected > 0;
}

absl::StatusOr<KeptRecord> Records::Load(std::string_view id) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT payload, trace, received FROM record WHERE id = $1", {id}));
  if (found.rows.empty()) return NotFoundError(id);
  const sql::Row& row = found.rows[0];
  KeptRecord record{
      .id = std::string(id), .trace = row.Text(1), .received = absl::FromUnixMicros(row.Int(2))};
  if (!record.change.ParseFromString(row.Bytes(0))) {
    return absl::DataLossError("a kept record can't be parsed: " + record.id);
  }
  return record;
}

absl::StatusOr<bool> Records::NoteNewest(const change::v1::ResourceChanged& change) {
  const std::optional<std::string> seen_by = SeenSince(change);
  ASSIGN_OR_RETURN(
      const sql::Result noted,
      connection_.Query(
          "INSERT INTO newest_record (name, history, revision, ordinal, seen_by)"
          " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO UPDATE SET"
          " history = excluded.history, revision = excluded.revision, ordinal = excluded.ordinal,"
          " seen_by = CASE WHEN $6 = 1 THEN excluded.seen_by ELSE newest_record.seen_by END"
          " WHERE newest_record.history <> excluded.history OR"
          " (newest_record.revision, newest_record.ordinal)"
          " <= (excluded.revision, excluded.ordinal)",
          {change.name(), change.history_id(), change.revision(), change.ordinal(),
           seen_by.value_or(" "), seen_by ? 1 : 0}));
  return noted.affected > 0;
}

absl::StatusOr<std::string> Records::FindNewest(std::string_view name) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT r.id FROM newest_record n JOIN record r ON r.history = n.history"
                        " AND r.revision = n.revision AND r.ordinal = n.ordinal WHERE n.name = $1",
                        {name}));
  return found.rows.empty() ? "" : found.rows[0].Text(0);
}

absl::StatusOr<std::string> Records::WhoSees(std::string_view name) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT seen_by FROM newest_record WHERE name = $1", {name}));
  return found.rows.empty() ? " " : found.rows[0].Text(0);
}

absl::StatusOr<int64_t> Records::Purge(absl::Time horizon, int limit) {
  ASSIGN_OR_RETURN(
      const sql::Result old,
      connection_.Query("SELECT id, history, revision FROM record WHERE received < $1"
                        " AND closed = 1 AND NOT EXISTS (SELECT 1 FROM delivery"
                        " WHERE change_id = record.id AND state = 1) ORDER BY received LIMIT $2",
                        {absl::ToUnixMicros(horizon), limit}));
  std::map<std::string, int64_t> newest;  // by history
  int64_t purged = 0;
  for (const sql::Row& row : old.rows) {
    // Held first, and only then looked at: what was made pending since stays.
    RETURN_IF_ERROR(Hold(row.Text(0)).status());
    ASSIGN_OR_RETURN(
        const sql::Result gone,
        connection_.Query("DELETE FROM record WHERE id = $1 AND NOT EXISTS"
                          " (SELECT 1 FROM delivery WHERE change_id = $1 AND state = 1)",
                          {row.Text(0)}));
    if (gone.affected == 0) continue;
    ++purged;
    int64_t& revision = newest[row.Text(1)];
    revision = std::max(revision, row.Int(2));
    for (const char* text :
         {"DELETE FROM attempt WHERE delivery IN (SELECT id FROM delivery WHERE change_id = $1)",
          "DELETE FROM delivery WHERE change_id = $1",
          "DELETE FROM inbox_read WHERE (subscriber, sequence) IN"
          " (SELECT subscriber, sequence FROM inbox_item WHERE change_id = $1)",
          "DELETE FROM inbox_item WHERE change_id = $1"}) {
      RETURN_IF_ERROR(connection_.Execute(text, {row.Text(0)}));
    }
  }
  for (const auto& [history, revision] : newest) {
    RETURN_IF_ERROR(connection_.Execute(
        "INSERT INTO purged_record (history, revision) VALUES ($1, $2) ON CONFLICT (history)"
        " DO UPDATE SET revision = excluded.revision WHERE purged_record.revision <"
        " excluded.revision",
        {history, revision}));
  }
  return purged;
}

absl::Status TopicPositions::Move(const kafka::TopicPartition& partition,
                                  const TopicPosition& position) {
  return connection_.Execute(
      "INSERT INTO topic_position (topic, topic_partition, next_offset, digest, history, revision,"
      " since) VALUES ($1, $2, $3, $4, $5, $6, $7)"
      " ON CONFLICT (topic, topic_partition) DO UPDATE SET next_offset = excluded.next_offset,"
      " digest = excluded.digest, passed = 0,"
      " history = CASE WHEN excluded.revision = 0 THEN topic_position.history"
      " ELSE excluded.history END,"
      " since = CASE WHEN excluded.revision = 0 THEN topic_position.since ELSE excluded.since END,"
      " revision = CASE WHEN excluded.revision = 0 THEN topic_position.revision"
      " ELSE excluded.revision END",
      {partition.topic, partition.partition, position.next_offset, sql::Bytes{position.digest},
       position.history, position.revision, absl::ToUnixMicros(position.since)});
}

absl::Status TopicPositions::Pass(const kafka::TopicPartition& partition, int64_t passed) {
  return connection_.Execute(
      "UPDATE topic_position SET passed = $3 WHERE topic = $1 AND topic_partition = $2",
      {partition.topic, partition.partition, passed});
}

absl::StatusOr<std::optional<TopicPosition>> TopicPositions::Find(
    const kafka::TopicPartition& partition) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT next_offset, digest, history, revision, since, passed FROM"
                        " topic_position"
                        " WHERE topic = $1 AND topic_partition = $2",
                        {partition.topic, partition.partition}));
  if (found.rows.empty()) return std::nullopt;
  const sql::Row& row = found.rows[0];
  return TopicPosition{.next_offset = row.Int(0),
                       .passed = row.Int(5),
                       .digest = row.Bytes(1),
                       .history = row.Text(2),
                       .revision = row.Int(3),
                       .since = absl::FromUnixMicros(row.Int(4))};
}

}  // namespace clusterwire::notification
