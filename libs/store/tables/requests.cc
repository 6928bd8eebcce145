#include "libs/store/tables/requests.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/store/tables/rows.h"

namespace clusterwire::store {

absl::StatusOr<std::optional<Written>> Requests::Find(const Call& call, absl::Time now) const {
  if (call.request_id.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(
      const sql::Result result,
      connection_.Query("SELECT method, digest, revision, name, answer FROM request "
                        "WHERE caller = $1 AND request_id = $2 AND time > $3",
                        {call.caller, call.request_id, absl::ToUnixMicros(now - life_)}));
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
  if (!row.IsNull(4)) {
    ASSIGN_OR_RETURN(written.answer, ParseResource(*type, row.Bytes(4)));
    return written;
  }
  ASSIGN_OR_RETURN(const std::optional<ResourceRow> current,
                   Rows(connection_, registry_).Find(name));
  if (!current.has_value()) return NotFoundError(name);
  ASSIGN_OR_RETURN(written.answer, ParseResource(*type, current->data));
  return written;
}

absl::Status Requests::Keep(const Call& call, const Written& written, absl::Time now) const {
  if (call.request_id.empty()) return absl::OkStatus();
  std::string name;
  std::optional<std::string> answer;
  if (written.answer != nullptr) {
    name = NameOf(*written.answer);
    // Personal data stays in one place; the answer is read from there again.
    if (registry_.ForName(name)->images_in_log) answer = SerializeDeterministic(*written.answer);
  }
  return connection_.Execute(
      "INSERT INTO request(caller, request_id, method, digest, revision, name, answer, time) "
      "VALUES($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT(caller, request_id) DO UPDATE SET "
      "method = excluded.method, digest = excluded.digest, revision = excluded.revision, "
      "name = excluded.name, answer = excluded.answer, time = excluded.time",
      {call.caller, call.request_id, call.method, call.digest, written.revision.value, name,
       BytesOrNull(answer), absl::ToUnixMicros(now)});
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

}  // namespace clusterwire::store
