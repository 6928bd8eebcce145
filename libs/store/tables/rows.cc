#include "libs/store/tables/rows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::store {
namespace {

// Greater than any name: U+10FFFF.
constexpr std::string_view kEndOfNames = "\xf4\x8f\xbf\xbf";

std::optional<std::string> OptionalBytes(const sql::Row& row, size_t column) {
  if (row.IsNull(column)) return std::nullopt;
  return row.Bytes(column);
}

}  // namespace

absl::StatusOr<std::optional<ResourceRow>> Rows::Find(std::string_view name) const {
  ASSIGN_OR_RETURN(std::vector<ResourceRow> rows,
                   Select("SELECT name, type, revision, data, own_facts, facts, deleted "
                          "FROM resource WHERE name = $1",
                          {name}));
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
  if (options.type.empty()) {
    return Select(
        "SELECT name, type, revision, data, own_facts, facts, deleted FROM resource "
        "WHERE name > $1 AND name < $2 AND deleted <= $3 ORDER BY name LIMIT $4",
        std::move(parameters));
  }
  parameters.emplace_back(options.type);
  return Select(
      "SELECT name, type, revision, data, own_facts, facts, deleted FROM resource "
      "WHERE type = $5 AND name > $1 AND name < $2 AND deleted <= $3 ORDER BY name LIMIT $4",
      std::move(parameters));
}

absl::StatusOr<std::vector<ResourceRow>> Rows::LinkedTo(std::string_view other,
                                                        int64_t limit) const {
  return Select(
      "SELECT r.name, r.type, r.revision, r.data, r.own_facts, r.facts, r.deleted "
      "FROM link l JOIN resource r ON r.name = l.name WHERE l.other = $1 ORDER BY l.name LIMIT $2",
      {other, limit});
}

absl::StatusOr<std::vector<std::string>> Rows::NamesUnder(std::string_view parent,
                                                          int64_t limit) const {
  ASSIGN_OR_RETURN(
      const sql::Result result,
      connection_.Query(
          "SELECT name FROM resource WHERE name > $1 AND name < $2 ORDER BY name LIMIT $3",
          {absl::StrCat(ToAbsl(parent), "/"), absl::StrCat(ToAbsl(parent), "0"), limit}));
  std::vector<std::string> names;
  for (const sql::Row& row : result.rows) names.push_back(row.Text(0));
  return names;
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

absl::Status Rows::SetLinks(std::string_view name, const std::vector<std::string>& others) const {
  RETURN_IF_ERROR(connection_.Execute("DELETE FROM link WHERE name = $1", {name}));
  for (const std::string& other : others) {
    RETURN_IF_ERROR(connection_.Execute(
        "INSERT INTO link(name, other) VALUES($1, $2) ON CONFLICT DO NOTHING", {name, other}));
  }
  return absl::OkStatus();
}

absl::Status Rows::SetTimers(std::string_view name, const std::vector<Timer>& timers,
                             absl::Time now) const {
  ASSIGN_OR_RETURN(const sql::Result kept,
                   connection_.Query("SELECT time, what FROM timer WHERE name = $1", {name}));
  const auto is_kept = [&kept](const Timer& timer) {
    return std::any_of(kept.rows.begin(), kept.rows.end(), [&timer](const sql::Row& row) {
      return row.Int(0) == absl::ToUnixMicros(timer.time) && row.Text(1) == timer.what;
    });
  };
  if (!kept.rows.empty()) {
    RETURN_IF_ERROR(connection_.Execute("DELETE FROM timer WHERE name = $1", {name}));
  }
  for (const Timer& timer : timers) {
    if (timer.time <= now && !is_kept(timer)) continue;
    RETURN_IF_ERROR(connection_.Execute(
        "INSERT INTO timer(time, name, what) VALUES($1, $2, $3) ON CONFLICT DO NOTHING",
        {absl::ToUnixMicros(timer.time), name, timer.what}));
  }
  return absl::OkStatus();
}

absl::Status Rows::DropTimer(std::string_view name, const Timer& timer) const {
  return connection_.Execute("DELETE FROM timer WHERE time = $1 AND name = $2 AND what = $3",
                             {absl::ToUnixMicros(timer.time), name, timer.what});
}

absl::StatusOr<std::vector<ResourceRow>> Rows::Select(std::string_view sql,
                                                      std::vector<sql::Value> parameters) const {
  ASSIGN_OR_RETURN(const sql::Result result, connection_.Query(sql, std::move(parameters)));
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

absl::StatusOr<std::unique_ptr<Message>> ParseResource(const ResourceType& type,
                                                       const std::string& data) {
  std::unique_ptr<Message> message(type.prototype->New());
  if (!message->ParseFromString(data)) {
    return absl::DataLossError(absl::StrCat("a stored ", type.type, " can't be read"));
  }
  return message;
}

sql::Value BytesOrNull(const std::optional<std::string>& data) {
  if (!data.has_value()) return std::nullopt;
  return sql::Bytes{*data};
}

}  // namespace clusterwire::store
