#include "libs/store/log/log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "libs/store/tables/rows.h"
#include "libs/store/tables/schema.h"

namespace clusterwire::store {
namespace {

std::optional<std::string> OptionalBytes(const sql::Row& row, size_t column) {
  if (row.IsNull(column)) return std::nullopt;
  return row.Bytes(column);
}

}  // namespace

absl::Status Log::Append(const ChangeRow& row) const {
  return connection_.Execute(
      "INSERT INTO change(revision, ordinal, history, type, name, root, kind, quiet, after, "
      "facts_before, facts_after, cause, actor, trace, time) "
      "VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
      {row.position.revision.value, row.position.ordinal, row.history, row.type->type, row.name,
       RootOf(row.name), row.kind, row.quiet, BytesOrNull(row.after), BytesOrNull(row.facts_before),
       BytesOrNull(row.facts_after), row.cause, row.actor, row.trace,
       absl::ToUnixMicros(row.time)});
}

absl::Status Log::Forget(std::string_view name) const {
  return connection_.Execute(
      "UPDATE change SET after = NULL, facts_before = NULL, facts_after = NULL WHERE name = $1",
      {name});
}

absl::StatusOr<std::vector<Change>> Log::After(Position after, int limit) const {
  RETURN_IF_ERROR(CheckReadable(after));
  constexpr char kSelect[] =
      "SELECT revision, ordinal, history, type, name, root, kind, quiet, after, facts_before, "
      "facts_after, cause, actor, trace, time FROM change WHERE (revision, ordinal) > ($1, $2) "
      "ORDER BY revision, ordinal LIMIT $3";
  const std::vector<sql::Value> from = {after.revision.value, after.ordinal};
  ASSIGN_OR_RETURN(sql::Result result,
                   connection_.Query(kSelect, {from[0], from[1], int64_t{limit} + 1}));
  if (result.rows.size() <= static_cast<size_t>(limit)) return Decode(result);

  // The last revision may be cut off: leave it out, or, when it is the only one, take all of it.
  const int64_t last = result.rows.back().Int(0);
  if (result.rows.front().Int(0) != last) {
    while (result.rows.back().Int(0) == last) result.rows.pop_back();
    return Decode(result);
  }
  ASSIGN_OR_RETURN(
      result,
      connection_.Query(
          "SELECT revision, ordinal, history, type, name, root, kind, quiet, after, facts_before, "
          "facts_after, cause, actor, trace, time FROM change "
          "WHERE revision = $1 AND (revision, ordinal) > ($2, $3) ORDER BY ordinal",
          {last, from[0], from[1]}));
  return Decode(result);
}

absl::StatusOr<std::vector<Change>> Log::HistoryOf(std::string_view name, Revision before,
                                                   int limit) const {
  const int64_t bound = before.value == 0 ? INT64_MAX : before.value;
  ASSIGN_OR_RETURN(
      const sql::Result result,
      connection_.Query(
          "SELECT revision, ordinal, history, type, name, root, kind, quiet, after, facts_before, "
          "facts_after, cause, actor, trace, time FROM change "
          "WHERE name = $1 AND revision < $2 ORDER BY revision DESC LIMIT $3",
          {name, bound, limit}));
  return Decode(result);
}

absl::StatusOr<bool> Log::Touched(const std::vector<std::string>& types, Revision revision) const {
  for (const std::string& type : types) {
    ASSIGN_OR_RETURN(
        const sql::Result result,
        connection_.Query("SELECT 1 FROM change WHERE revision > $1 AND type = $2 LIMIT 1",
                          {revision.value, type}));
    if (!result.rows.empty()) return true;
  }
  return false;
}

absl::StatusOr<int64_t> Log::CompactionBound(absl::Time horizon) const {
  ASSIGN_OR_RETURN(
      const sql::Result old,
      connection_.Query("SELECT revision FROM change WHERE time < $1 ORDER BY time DESC LIMIT 1",
                        {absl::ToUnixMicros(horizon)}));
  if (old.rows.empty()) return 0;
  // A revision of which a reader has not had all is still before it.
  ASSIGN_OR_RETURN(
      const sql::Result cursor,
      connection_.Query(
          "SELECT MIN(revision - CASE WHEN EXISTS (SELECT 1 FROM change WHERE change.revision = "
          "reader.revision AND change.ordinal > reader.ordinal) THEN 1 ELSE 0 END) FROM reader "
          "WHERE name NOT LIKE $1",
          {"store.%"}));
  const int64_t bound = old.rows[0].Int(0);
  return cursor.rows[0].IsNull(0) ? bound : std::min(bound, cursor.rows[0].Int(0));
}

absl::StatusOr<bool> Log::Compact(absl::Time horizon, int limit) const {
  ASSIGN_OR_RETURN(const int64_t bound, CompactionBound(horizon));
  ASSIGN_OR_RETURN(
      const sql::Result state,
      connection_.Query("SELECT COALESCE((SELECT partitions FROM reader WHERE name = $1), 0)",
                        {kCompactedReader}));
  const int64_t done = state.rows[0].Int(0);
  ASSIGN_OR_RETURN(const sql::Result page,
                   connection_.Query(
                       "SELECT MAX(revision) FROM (SELECT revision FROM change WHERE revision > $1 "
                       "AND revision <= $2 ORDER BY revision LIMIT $3) AS page",
                       {done, bound, limit}));
  if (page.rows[0].IsNull(0)) return false;
  const int64_t end = page.rows[0].Int(0);
  // Only names with a row on this page can have one too many: below it each has its newest alone.
  ASSIGN_OR_RETURN(
      const sql::Result removed,
      connection_.Query(
          "DELETE FROM change WHERE (revision, ordinal) IN ("
          "SELECT c.revision, c.ordinal FROM change c WHERE c.name IN ("
          "SELECT p.name FROM change p WHERE p.revision > $1 AND p.revision <= $2) "
          "AND c.revision <= $2 AND (EXISTS ("
          "SELECT 1 FROM change n WHERE n.name = c.name AND n.revision > c.revision AND "
          "n.revision <= $2) OR NOT EXISTS ("
          "SELECT 1 FROM change n WHERE n.name = c.name AND n.revision > $2) AND NOT EXISTS ("
          "SELECT 1 FROM resource r WHERE r.name = c.name)))",
          {done, end}));
  RETURN_IF_ERROR(connection_.Execute(
      "INSERT INTO reader(name, revision, ordinal, partitions, lease_holder, lease_epoch, "
      "lease_end) VALUES($1, $2, 0, $3, '', 0, 0) "
      "ON CONFLICT(name) DO UPDATE SET partitions = excluded.partitions, revision = CASE "
      "WHEN reader.revision < excluded.revision THEN excluded.revision ELSE reader.revision END",
      {kCompactedReader, removed.affected > 0 ? end : 0, end}));
  return end < bound;
}

absl::Status Log::CheckReadable(Position after) const {
  ASSIGN_OR_RETURN(
      const sql::Result result,
      connection_.Query("SELECT value, COALESCE((SELECT revision FROM reader WHERE name = $1), 0) "
                        "FROM revision",
                        {kCompactedReader}));
  const int64_t newest = result.rows[0].Int(0);
  const int64_t compacted = result.rows[0].Int(1);
  if (after.revision.value > newest) {
    return Error(
        absl::StatusCode::kOutOfRange, "FUTURE_REVISION",
        absl::StrCat("revision ", after.revision.value, " is not written yet; the newest is ",
                     newest, ": was a backup restored?"));
  }
  if (after.revision.value < compacted) {
    return Error(absl::StatusCode::kOutOfRange, "REVISION_COMPACTED",
                 absl::StrCat("the changes after revision ", after.revision.value,
                              " are no longer kept (the log is whole above ", compacted,
                              "): read everything anew and go on from there"),
                 {{"whole_above", absl::StrCat(compacted)}});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Change>> Log::Decode(const sql::Result& result) const {
  std::vector<Change> changes;
  changes.reserve(result.rows.size());
  for (const sql::Row& row : result.rows) {
    Change change;
    change.position = {{row.Int(0)}, row.Int(1)};
    change.history = row.Text(2);
    change.type = row.Text(3);
    change.name = row.Text(4);
    change.root = row.Text(5);
    change.kind = row.Text(6);
    change.quiet = row.Int(7) != 0;
    const ResourceType* type = registry_.ForType(change.type);
    if (type != nullptr && !row.IsNull(8)) {
      ASSIGN_OR_RETURN(change.after, ParseResource(*type, row.Bytes(8)));
    }
    ASSIGN_OR_RETURN(change.facts_before, ParseFacts(OptionalBytes(row, 9)));
    ASSIGN_OR_RETURN(change.facts_after, ParseFacts(OptionalBytes(row, 10)));
    change.cause = row.Text(11);
    change.actor = row.Text(12);
    change.trace = row.Text(13);
    change.time = absl::FromUnixMicros(row.Int(14));
    changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace clusterwire::store
