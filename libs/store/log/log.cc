#include "libs/store/log/log.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/sql/many_rows.h"
#include "libs/store/tables/tables.h"

namespace clusterwire::store {
namespace {

// Of the rows up to the end ($2) of a page that begins after $1, those that a newer one there
// replaces, and all of purged names. Only names with a row on this page can have one too many:
// below it each has its newest alone.
constexpr char kReplaced[] =
    "SELECT c.revision, c.ordinal FROM change c WHERE c.name IN ("
    "SELECT p.name FROM change p WHERE p.revision > $1 AND p.revision <= $2) "
    "AND c.revision <= $2 AND (EXISTS ("
    "SELECT 1 FROM change n WHERE n.name = c.name AND n.revision > c.revision AND "
    "n.revision <= $2) OR NOT EXISTS ("
    "SELECT 1 FROM change n WHERE n.name = c.name AND n.revision > $2) AND NOT EXISTS ("
    "SELECT 1 FROM resource r WHERE r.name = c.name))";

}  // namespace

absl::Status RevisionCompacted(Position after, int64_t whole_above) {
  return Error(absl::StatusCode::kOutOfRange, "REVISION_COMPACTED",
               absl::StrCat("the changes after revision ", after.revision.value,
                            " are no longer kept (the log is whole above ", whole_above,
                            "): read everything anew and go on from there"),
               {{"whole_above", absl::StrCat(whole_above)}});
}

void Log::Append(Change change, std::optional<std::string> image, LogRows* rows) const {
  File(change, &rows->names);
  std::vector<sql::Value>& row = rows->changes;
  row.emplace_back(change.position.revision.value);
  row.emplace_back(change.position.ordinal);
  for (std::string* text :
       {&change.history, &change.type, &change.name, &change.root, &change.kind}) {
    row.emplace_back(std::move(*text));
  }
  row.emplace_back(change.quiet);
  for (auto* bytes : {&image, &change.facts_before, &change.facts_after}) {
    rows->bytes += bytes->has_value() ? (*bytes)->size() : 0;
    row.push_back(BytesOrNull(std::move(*bytes)));
  }
  for (std::string* text : {&change.cause, &change.actor, &change.trace}) {
    row.emplace_back(std::move(*text));
  }
  row.emplace_back(absl::ToUnixMicros(change.time));
}

absl::Status Log::Write(LogRows* rows) const {
  static const auto& changes = *new sql::ManyRows(
      "INSERT INTO change(revision, ordinal, history, type, name, root, kind, quiet, after, "
      "facts_before, facts_after, cause, actor, trace, time) VALUES{rows}",
      "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  static const auto& names = *new sql::ManyRows(
      "INSERT INTO change_name(name, revision, ordinal) VALUES{rows}", "(?, ?, ?)");
  rows->bytes = 0;
  RETURN_IF_ERROR(changes.Run(connection_, std::exchange(rows->changes, {})).status());
  return names.Run(connection_, std::exchange(rows->names, {})).status();
}

void Log::File(const Change& change, std::vector<sql::Value>* rows) const {
  std::set<std::string> names;
  for (std::string_view name = change.name; !name.empty(); name = ParentOf(name)) {
    names.emplace(name);
  }
  for (const auto* facts : {&change.facts_before, &change.facts_after}) {
    if (facts->has_value()) names.merge(registry_.hook().NamesIn(**facts));
  }
  for (const std::string& name : names) {
    rows->emplace_back(name);
    rows->emplace_back(change.position.revision.value);
    rows->emplace_back(change.position.ordinal);
  }
}

absl::Status Log::FileOld() const {
  const Settings settings(connection_);
  ASSIGN_OR_RETURN(const int64_t end, settings.Get(kUnfiledTo));
  if (end == 0) return absl::OkStatus();
  Position after;
  while (true) {
    ASSIGN_OR_RETURN(
        const sql::Result page,
        connection_.Query("SELECT revision, ordinal, name, facts_before, facts_after FROM change "
                          "WHERE (revision, ordinal) > ($1, $2) AND revision <= $3 "
                          "ORDER BY revision, ordinal LIMIT 1000",
                          {after.revision.value, after.ordinal, end}));
    if (page.rows.empty()) return settings.Set(kUnfiledTo, 0);
    LogRows rows;
    for (const sql::Row& found : page.rows) {
      Change change;
      change.position = {{found.Int(0)}, found.Int(1)};
      change.name = found.Text(2);
      change.facts_before = OptionalBytes(found, 3);
      change.facts_after = OptionalBytes(found, 4);
      File(change, &rows.names);
      after = change.position;
    }
    RETURN_IF_ERROR(Write(&rows));
  }
}

absl::Status Log::Forget(std::string_view name) const {
  return connection_.Execute(
      "UPDATE change SET after = NULL, facts_before = NULL, facts_after = NULL WHERE name = $1",
      {name});
}

absl::StatusOr<absl::Time> Log::TimeOf(Revision revision) const {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT time FROM change WHERE revision = $1 LIMIT 1", {revision.value}));
  if (found.rows.empty()) return absl::InfinitePast();
  return absl::FromUnixMicros(found.rows[0].Int(0));
}

absl::StatusOr<std::vector<Change>> Log::After(Position after, int limit, Images images) const {
  RETURN_IF_ERROR(CheckReadable(after, limit));
  ASSIGN_OR_RETURN(std::vector<Change> changes,
                   Select("change c WHERE (c.revision, c.ordinal) > ($1, $2) "
                          "ORDER BY c.revision, c.ordinal LIMIT $3",
                          {after.revision.value, after.ordinal, int64_t{limit} + 1}, images));
  if (std::ssize(changes) <= limit) return changes;

  // The last revision may be cut off: leave it out, or, when it is the only one, take all of it.
  const Revision last = changes.back().position.revision;
  if (changes.front().position.revision == last) {
    return Select("change c WHERE c.revision = $1 AND c.ordinal > $2 ORDER BY c.ordinal",
                  {last.value, last == after.revision ? after.ordinal : 0}, images);
  }
  while (changes.back().position.revision == last) changes.pop_back();
  return changes;
}

absl::StatusOr<std::vector<TouchedName>> Log::TouchedAfter(Position after, int limit) const {
  RETURN_IF_ERROR(CheckReadable(after, limit));
  ASSIGN_OR_RETURN(
      const sql::Result result,
      connection_.Query("SELECT revision, ordinal, type, name FROM change "
                        "WHERE (revision, ordinal) > ($1, $2) ORDER BY revision, ordinal LIMIT $3",
                        {after.revision.value, after.ordinal, limit}));
  std::vector<TouchedName> touched;
  touched.reserve(result.rows.size());
  for (const sql::Row& row : result.rows) {
    touched.push_back({{{row.Int(0)}, row.Int(1)}, row.Text(2), row.Text(3)});
  }
  return touched;
}

absl::StatusOr<std::vector<Change>> Log::HistoryOf(std::string_view name, Revision before,
                                                   int limit) const {
  return Select("change c WHERE c.name = $1 AND c.revision < $2 ORDER BY c.revision DESC LIMIT $3",
                {name, before.value == 0 ? INT64_MAX : before.value, limit});
}

absl::StatusOr<int64_t> Log::Count(Position after, Position through) const {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT COUNT(*) FROM change WHERE (revision, ordinal) > "
                                     "($1, $2) AND (revision, ordinal) <= ($3, $4)",
                                     {after.revision.value, after.ordinal, through.revision.value,
                                      through.ordinal}));
  return found.rows[0].Int(0);
}

absl::StatusOr<std::optional<Revision>> Log::FirstSince(absl::Time time) const {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT MIN(revision) FROM change WHERE time >= $1",
                                     {absl::ToUnixMicros(time)}));
  if (found.rows[0].IsNull(0)) return std::nullopt;
  return Revision{found.rows[0].Int(0)};
}

absl::StatusOr<std::vector<Change>> Log::OfNames(const std::vector<std::string>& names,
                                                 Position after, int limit) const {
  RETURN_IF_ERROR(CheckReadable(after, limit));
  std::map<Position, Change> found;
  Position known = EndOf({INT64_MAX});  // up to here every name's changes are among the found
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(
        std::vector<Change> changes,
        Select("change_name n JOIN change c ON c.revision = n.revision AND c.ordinal = n.ordinal "
               "WHERE n.name = $1 AND (n.revision, n.ordinal) > ($2, $3) "
               "ORDER BY n.revision, n.ordinal LIMIT $4",
               {name, after.revision.value, after.ordinal, limit}));
    if (std::ssize(changes) == limit) known = std::min(known, changes.back().position);
    for (Change& change : changes) found.try_emplace(change.position, std::move(change));
  }
  std::vector<Change> first;
  for (auto& [position, change] : found) {
    if (position > known || std::ssize(first) == limit) break;
    first.push_back(std::move(change));
  }
  return first;
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
      connection_.Query(absl::StrCat(
          "SELECT MIN(revision - CASE WHEN EXISTS (SELECT 1 FROM change WHERE change.revision "
          "= cursor.revision AND change.ordinal > cursor.ordinal) THEN 1 ELSE 0 END) "
          "FROM (SELECT revision, ordinal FROM cursor",
          // Until the page is committed no cursor may be rewound to what it removes.
          connection_.dialect() == sql::Dialect::kPostgres ? " FOR SHARE" : "", ") AS cursor")));
  const int64_t bound = old.rows[0].Int(0);
  return cursor.rows[0].IsNull(0) ? bound : std::min(bound, cursor.rows[0].Int(0));
}

absl::StatusOr<bool> Log::Compact(absl::Time horizon, int limit) const {
  ASSIGN_OR_RETURN(const int64_t bound, CompactionBound(horizon));
  const Settings settings(connection_);
  ASSIGN_OR_RETURN(const int64_t done, settings.Get(kCompactedTo));
  ASSIGN_OR_RETURN(const sql::Result page,
                   connection_.Query(
                       "SELECT MAX(revision) FROM (SELECT revision FROM change WHERE revision > $1 "
                       "AND revision <= $2 ORDER BY revision LIMIT $3) AS page",
                       {done, bound, limit}));
  if (page.rows[0].IsNull(0)) return false;
  const int64_t end = page.rows[0].Int(0);
  RETURN_IF_ERROR(connection_.Execute(
      absl::StrCat("DELETE FROM change_name WHERE (revision, ordinal) IN (", kReplaced, ")"),
      {done, end}));
  ASSIGN_OR_RETURN(
      const sql::Result removed,
      connection_.Query(
          absl::StrCat("DELETE FROM change WHERE (revision, ordinal) IN (", kReplaced, ")"),
          {done, end}));
  if (removed.affected > 0) RETURN_IF_ERROR(settings.Set(kWholeAbove, end));
  RETURN_IF_ERROR(settings.Set(kCompactedTo, end));
  return end < bound;
}

absl::Status Log::CheckReadable(Position after, int limit) const {
  if (limit < 1) return absl::InvalidArgumentError("the log is read with a limit above 0");
  ASSIGN_OR_RETURN(
      const sql::Result result,
      connection_.Query("SELECT value, COALESCE((SELECT value FROM setting WHERE name = $1), 0) "
                        "FROM revision",
                        {kWholeAbove}));
  const int64_t newest = result.rows[0].Int(0);
  const int64_t compacted = result.rows[0].Int(1);
  if (after.revision.value > newest) {
    return Error(
        absl::StatusCode::kOutOfRange, "FUTURE_REVISION",
        absl::StrCat("revision ", after.revision.value, " is not written yet; the newest is ",
                     newest, ": was a backup restored?"));
  }
  if (after.revision.value < compacted) return RevisionCompacted(after, compacted);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Change>> Log::Select(std::string_view from,
                                                std::vector<sql::Value> parameters,
                                                Images images) const {
  ASSIGN_OR_RETURN(
      const sql::Result result,
      connection_.Query(
          absl::StrCat("SELECT c.revision, c.ordinal, c.history, c.type, c.name, c.root, c.kind, "
                       "c.quiet, ",
                       images == Images::kRead ? "c.after" : "NULL",
                       ", c.facts_before, c.facts_after, c.cause, c.actor, c.trace, c.time FROM ",
                       ToAbsl(from)),
          std::move(parameters)));
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
    change.facts_before = OptionalBytes(row, 9);
    change.facts_after = OptionalBytes(row, 10);
    change.cause = row.Text(11);
    change.actor = row.Text(12);
    change.trace = row.Text(13);
    change.time = absl::FromUnixMicros(row.Int(14));
    changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace clusterwire::store
