#include "services/notification/ledger/holds/holds.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "services/notification/ledger/deliveries/statement.h"

namespace clusterwire::notification {
namespace {

constexpr std::string_view kFrom =
    " FROM delivery d JOIN record r ON r.id = d.change_id WHERE d.state = 1";

void AddConditions(const v1::Hold& hold, Statement& statement) {
  if (!hold.cause().empty()) statement.Add(" AND r.cause = ?", {hold.cause()});
  if (!hold.change_kind().empty()) statement.Add(" AND r.kind = ?", {hold.change_kind()});
  if (!hold.change().empty()) statement.Add(" AND d.change_id = ?", {hold.change()});
  if (!hold.resource().empty()) {
    statement.Add(" AND (r.name = ? OR (r.name > ? AND r.name < ?))",
                  {hold.resource(), hold.resource() + "/", hold.resource() + "0"});  // '0' follows
  }
}

absl::StatusOr<v1::Hold> HoldFromRow(const sql::Row& row) {
  v1::Hold hold;
  if (!hold.ParseFromString(row.Bytes(0))) {
    return absl::DataLossError("a hold in the ledger can't be parsed");
  }
  return hold;
}

}  // namespace

absl::Status Holds::Put(const v1::Hold& hold) {
  return connection_.Execute(
      "INSERT INTO hold (name, definition) VALUES ($1, $2)"
      " ON CONFLICT (name) DO UPDATE SET definition = excluded.definition",
      {hold.name(), sql::Bytes{hold.SerializeAsString()}});
}

absl::Status Holds::Remove(std::string_view name) {
  return connection_.Execute("DELETE FROM hold WHERE name = $1", {name});
}

absl::StatusOr<std::vector<v1::Hold>> Holds::All() {
  ASSIGN_OR_RETURN(const sql::Result found, connection_.Query("SELECT definition FROM hold"));
  std::vector<v1::Hold> holds;
  for (const sql::Row& row : found.rows) {
    ASSIGN_OR_RETURN(holds.emplace_back(), HoldFromRow(row));
  }
  std::ranges::sort(holds, {}, [](const v1::Hold& hold) {
    return std::pair(ToTime(hold.create_time()), hold.name());
  });
  return holds;
}

absl::StatusOr<v1::Hold> Holds::Find(std::string_view name) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT definition FROM hold WHERE name = $1", {name}));
  if (found.rows.empty()) return NotFoundError(name);
  return HoldFromRow(found.rows[0]);
}

absl::StatusOr<std::map<std::string, int64_t>> Holds::CountPending(const v1::Hold& hold) {
  Statement count{.text = absl::StrCat("SELECT d.endpoint, COUNT(*)", ToAbsl(kFrom)), .values = {}};
  AddConditions(hold, count);
  count.Add(" GROUP BY d.endpoint", {});
  ASSIGN_OR_RETURN(const sql::Result found, connection_.Query(count.text, std::move(count.values)));
  std::map<std::string, int64_t> counts;
  for (const sql::Row& row : found.rows) counts[row.Text(0)] = row.Int(1);
  return counts;
}

absl::StatusOr<std::vector<Holds::Pending>> Holds::PendingOf(const v1::Hold& hold,
                                                             std::string_view after, int limit) {
  Statement list{.text = absl::StrCat("SELECT d.id, d.endpoint", ToAbsl(kFrom)), .values = {}};
  AddConditions(hold, list);
  list.Add(" AND d.id > ? ORDER BY d.id LIMIT ?", {after, limit});
  ASSIGN_OR_RETURN(const sql::Result found, connection_.Query(list.text, std::move(list.values)));
  std::vector<Pending> pending;
  for (const sql::Row& row : found.rows) {
    pending.push_back({.delivery = row.Text(0), .endpoint = row.Text(1)});
  }
  return pending;
}

absl::StatusOr<int64_t> Holds::Suppress(const std::vector<std::string>& deliveries,
                                        std::string_view reason, absl::Time now) {
  int64_t suppressed = 0;
  for (const std::string& delivery : deliveries) {
    ASSIGN_OR_RETURN(const sql::Result done,
                     connection_.Query("UPDATE delivery SET state = 3, reason = $2, updated = $3"
                                       " WHERE id = $1 AND state = 1",
                                       {delivery, reason, absl::ToUnixMicros(now)}));
    suppressed += done.affected;
  }
  return suppressed;
}

}  // namespace clusterwire::notification
