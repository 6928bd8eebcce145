#include "libs/store/tables/tables.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/sql/many_rows.h"
#include "libs/store/personal.h"

namespace clusterwire::store {
namespace {

// Greater than any name: U+10FFFF.
constexpr std::string_view kEndOfNames = "\xf4\x8f\xbf\xbf";

}  // namespace

absl::StatusOr<Revision> ReadRevision(sql::Connection& connection, bool lock) {
  const bool for_update = lock && connection.dialect() == sql::Dialect::kPostgres;
  ASSIGN_OR_RETURN(const sql::Result result,
                   connection.Query(for_update ? "SELECT value FROM revision FOR UPDATE"
                                               : "SELECT value FROM revision"));
  if (result.rows.empty()) return absl::InternalError("the table revision is empty");
  return Revision{result.rows[0].Int(0)};
}

absl::StatusOr<std::string> ReadHistory(sql::Connection& connection) {
  ASSIGN_OR_RETURN(const sql::Result result,
                   connection.Query("SELECT id FROM history ORDER BY first_revision DESC LIMIT 1"));
  if (result.rows.empty()) return absl::InternalError("the table history is empty");
  return result.rows[0].Text(0);
}

absl::StatusOr<std::unique_ptr<Message>> ParseResource(const ResourceType& type,
                                                       const std::string& data) {
  std::unique_ptr<Message> message(type.prototype->New());
  if (!message->ParseFromString(data)) {
    return absl::DataLossError(absl::StrCat("a stored ", type.type, " can't be read"));
  }
  return message;
}

sql::Value BytesOrNull(std::optional<std::string> data) {
  if (!data.has_value()) return std::nullopt;
  return sql::Bytes{*std::move(data)};
}

std::optional<std::string> OptionalBytes(const sql::Row& row, size_t column) {
  if (row.IsNull(column)) return std::nullopt;
  return row.Bytes(column);
}

absl::StatusOr<std::optional<ResourceRow>> Rows::Find(std::string_view name) const {
  ASSIGN_OR_RETURN(std::vector<ResourceRow> rows, Select("resource r WHERE r.name = $1", {name}));
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

absl::StatusOr<std::vector<ResourceRow>> Rows::Scan(const ScanOptions& options) const {
  std::string low;
  std::string high(kEndOfNames);
  if (!options.parent.empty()) {
    low = options.parent + "/";
    high = options.parent + "0";  // the character after '/'
  }
  std::vector<sql::Value> parameters = {std::max(low, options.after), high,
                                        options.include_deleted ? 1 : 0, options.limit};
  if (!options.type.empty()) parameters.emplace_back(options.type);
  return Select(absl::StrCat("resource r WHERE ", options.type.empty() ? "" : "r.type = $5 AND ",
                             "r.name > $1 AND r.name < $2 AND r.deleted <= $3 ORDER BY r.name "
                             "LIMIT $4"),
                std::move(parameters));
}

absl::StatusOr<std::vector<NamedFacts>> Rows::ScanFacts(std::string_view after,
                                                        int64_t limit) const {
  ASSIGN_OR_RETURN(const sql::Result result,
                   connection_.Query("SELECT name, facts FROM resource WHERE name > $1 AND facts "
                                     "IS NOT NULL ORDER BY name LIMIT $2",
                                     {after, limit}));
  std::vector<NamedFacts> page;
  page.reserve(result.rows.size());
  for (const sql::Row& row : result.rows) page.push_back({row.Text(0), row.Bytes(1)});
  return page;
}

absl::StatusOr<std::vector<ResourceRow>> Rows::LinkedTo(std::string_view other,
                                                        int64_t limit) const {
  return Select(
      "link l JOIN resource r ON r.name = l.name WHERE l.other = $1 ORDER BY l.name LIMIT $2",
      {other, limit});
}

absl::StatusOr<std::vector<ResourceRow>> Rows::About(std::string_view other, std::string_view type,
                                                     int64_t limit) const {
  return Select(
      "link l JOIN resource r ON r.name = l.name WHERE l.other = $1 AND r.type = $2 "
      "ORDER BY l.name LIMIT $3",
      {other, type, limit});
}

absl::Status Rows::Save(const ResourceRow& row) const {
  return connection_.Execute(
      "INSERT INTO resource(name, type, root, revision, data, own_facts, facts, deleted) "
      "VALUES($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT(name) DO UPDATE SET "
      "revision = excluded.revision, data = excluded.data, own_facts = excluded.own_facts, "
      "facts = excluded.facts, deleted = excluded.deleted",
      {row.name, row.type->type, RootOf(row.name), row.revision.value, sql::Bytes{row.data},
       BytesOrNull(row.own_facts), BytesOrNull(row.facts), row.deleted});
}

absl::Status Rows::SaveDerived(const std::string& name, const Derived& derived) const {
  return connection_.Execute("UPDATE resource SET own_facts = $2, facts = $3 WHERE name = $1",
                             {name, BytesOrNull(derived.own), BytesOrNull(derived.facts)});
}

absl::Status Rows::Remove(std::string_view name) const {
  return connection_.Execute("DELETE FROM resource WHERE name = $1", {name});
}

absl::Status Rows::SetLinks(std::string_view name, const std::vector<std::string>& others,
                            bool fresh) const {
  if (!fresh) RETURN_IF_ERROR(connection_.Execute("DELETE FROM link WHERE name = $1", {name}));
  for (const std::string& other : others) {
    RETURN_IF_ERROR(connection_.Execute(
        "INSERT INTO link(name, other) VALUES($1, $2) ON CONFLICT DO NOTHING", {name, other}));
  }
  return absl::OkStatus();
}

absl::Status Rows::SetTimers(std::string_view name, const std::vector<Timer>& timers,
                             absl::Time now, bool fresh) const {
  using Moments = std::set<std::pair<int64_t, std::string>>;
  Moments kept;
  if (!fresh) {
    ASSIGN_OR_RETURN(const sql::Result result,
                     connection_.Query("SELECT time, what FROM timer WHERE name = $1", {name}));
    for (const sql::Row& row : result.rows) kept.emplace(row.Int(0), row.Text(1));
  }
  Moments next;
  for (const Timer& timer : timers) {
    const std::pair moment(absl::ToUnixMicros(timer.time), timer.what);
    if (timer.time > now || kept.contains(moment)) next.insert(moment);
  }
  if (next == kept) return absl::OkStatus();
  if (!kept.empty()) {
    RETURN_IF_ERROR(connection_.Execute("DELETE FROM timer WHERE name = $1", {name}));
  }
  for (const auto& [time, what] : next) {
    RETURN_IF_ERROR(connection_.Execute("INSERT INTO timer(time, name, what) VALUES($1, $2, $3)",
                                        {time, name, what}));
  }
  return absl::OkStatus();
}

absl::Status Rows::DropTimer(std::string_view name, const Timer& timer) const {
  return connection_.Execute("DELETE FROM timer WHERE time = $1 AND name = $2 AND what = $3",
                             {absl::ToUnixMicros(timer.time), name, timer.what});
}

absl::StatusOr<std::vector<ResourceRow>> Rows::Select(std::string_view from,
                                                      std::vector<sql::Value> parameters) const {
  ASSIGN_OR_RETURN(
      const sql::Result result,
      connection_.Query(absl::StrCat("SELECT r.name, r.type, r.revision, r.data, r.own_facts, "
                                     "r.facts, r.deleted FROM ",
                                     ToAbsl(from)),
                        std::move(parameters)));
  std::vector<ResourceRow> rows;
  rows.reserve(result.rows.size());
  for (const sql::Row& found : result.rows) {
    ResourceRow row;
    row.name = found.Text(0);
    row.type = registry_.ForType(found.Text(1));
    if (row.type == nullptr) {
      return absl::InternalError(absl::StrCat(
          row.name, " is of the type '", found.Text(1),
          "', which this program does not know: was the database written by a newer release?"));
    }
    row.revision.value = found.Int(2);
    row.data = found.Bytes(3);
    row.own_facts = OptionalBytes(found, 4);
    row.facts = OptionalBytes(found, 5);
    row.deleted = found.Int(6) != 0;
    rows.push_back(std::move(row));
  }
  return rows;
}

namespace {

// Whose request ids these are. One subject may look through several eyes, and an answer that is
// right for one of them may tell another too much. No subject has a line's end.
std::string CallerKey(const WriteOptions& call) {
  return call.view.empty() ? call.caller : absl::StrCat(call.caller, "\n", call.view);
}

}  // namespace

absl::StatusOr<std::optional<Written>> Requests::Find(const WriteOptions& call,
                                                      absl::Time now) const {
  if (call.request_id.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(
      const sql::Result result,
      connection_.Query("SELECT method, digest, revision, name, answer FROM request "
                        "WHERE caller = $1 AND request_id = $2 AND time > $3",
                        {CallerKey(call), call.request_id, absl::ToUnixMicros(now - life_)}));
  if (result.rows.empty()) return std::nullopt;
  const sql::Row& row = result.rows[0];
  if (row.Text(0) != call.method || row.Text(1) != call.digest) {
    return Error(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED",
                 absl::StrCat("request_id ", call.request_id,
                              " was used for another request: use a new one for new content"),
                 {{"request_id", call.request_id}});
  }
  Written written;
  written.replayed = true;
  written.revision.value = row.Int(2);
  const std::string& name = row.Text(3);
  if (name.empty()) return written;
  const ResourceType* type = registry_.ForName(name);
  if (type == nullptr) return absl::InternalError(absl::StrCat(name, " is of no known type"));
  const std::optional<std::string> kept = OptionalBytes(row, 4);
  if (kept.has_value() && !type->personal_fields) {
    ASSIGN_OR_RETURN(written.answer, ParseResource(*type, *kept));
    return written;
  }
  ASSIGN_OR_RETURN(const std::optional<ResourceRow> current,
                   Rows(connection_, registry_).Find(name));
  if (!current.has_value()) return NotFoundError(name);
  ASSIGN_OR_RETURN(std::unique_ptr<Message> answer, ParseResource(*type, current->data));
  if (kept.has_value()) {
    ASSIGN_OR_RETURN(std::unique_ptr<Message> cut, ParseResource(*type, *kept));
    RestorePersonal(*answer, cut.get());
    answer = std::move(cut);
  }
  written.answer = std::move(answer);
  return written;
}

bool Requests::IsAmong(const WriteOptions& call, const RequestRows& rows) {
  return rows.ids.contains({CallerKey(call), call.request_id});
}

void Requests::Keep(const WriteOptions& call, const Written& written, absl::Time now,
                    RequestRows* rows) const {
  if (call.request_id.empty()) return;
  std::string name;
  std::optional<std::string> answer;
  if (written.answer != nullptr) {
    name = NameOf(*written.answer);
    // Personal data stays in one place; the answer, or that part of it, is read from there again.
    const ResourceType& type = *registry_.ForName(name);
    if (type.images_in_log && type.personal_fields) {
      const std::unique_ptr<Message> cut(written.answer->New());
      cut->CopyFrom(*written.answer);
      CutPersonal(cut.get());
      answer = SerializeDeterministic(*cut);
    } else if (type.images_in_log) {
      answer = SerializeDeterministic(*written.answer);
    }
  }
  rows->ids.emplace(CallerKey(call), call.request_id);
  for (std::string text : {CallerKey(call), call.request_id, call.method, call.digest}) {
    rows->values.emplace_back(std::move(text));
  }
  rows->values.emplace_back(written.revision.value);
  rows->values.emplace_back(std::move(name));
  rows->values.push_back(BytesOrNull(std::move(answer)));
  rows->values.emplace_back(absl::ToUnixMicros(now));
}

absl::Status Requests::Write(RequestRows* rows) const {
  static const auto& insert = *new sql::ManyRows(
      "INSERT INTO request(caller, request_id, method, digest, revision, name, answer, time) "
      "VALUES{rows} ON CONFLICT(caller, request_id) DO UPDATE SET "
      "method = excluded.method, digest = excluded.digest, revision = excluded.revision, "
      "name = excluded.name, answer = excluded.answer, time = excluded.time",
      "(?, ?, ?, ?, ?, ?, ?, ?)");
  return insert.Run(connection_, std::move(std::exchange(*rows, {}).values)).status();
}

absl::Status Requests::Forget(std::string_view name) const {
  return connection_.Execute("UPDATE request SET answer = NULL WHERE name = $1", {name});
}

absl::StatusOr<int64_t> Requests::RemoveOld(absl::Time now, int limit) const {
  ASSIGN_OR_RETURN(
      const sql::Result removed,
      connection_.Query("DELETE FROM request WHERE (caller, request_id) IN ("
                        "SELECT caller, request_id FROM request WHERE time <= $1 LIMIT $2)",
                        {absl::ToUnixMicros(now - life_), limit}));
  return removed.affected;
}

absl::StatusOr<int64_t> Settings::Get(std::string_view name) const {
  ASSIGN_OR_RETURN(const sql::Result result,
                   connection_.Query("SELECT value FROM setting WHERE name = $1", {name}));
  return result.rows.empty() ? 0 : result.rows[0].Int(0);
}

absl::Status Settings::Set(std::string_view name, int64_t value) const {
  return connection_.Execute(
      "INSERT INTO setting(name, value) VALUES($1, $2) "
      "ON CONFLICT(name) DO UPDATE SET value = excluded.value",
      {name, value});
}

absl::StatusOr<int64_t> Settings::Keep(std::string_view name, int64_t value) const {
  RETURN_IF_ERROR(connection_.Execute(
      "INSERT INTO setting(name, value) VALUES($1, $2) ON CONFLICT(name) DO NOTHING",
      {name, value}));
  return Get(name);
}

}  // namespace clusterwire::store
