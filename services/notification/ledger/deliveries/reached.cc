#include "services/notification/ledger/deliveries/reached.h"

#include "libs/base/status/error.h"

namespace clusterwire::notification {

absl::StatusOr<int> ForEachReached(sql::Connection& connection, std::string_view resource,
                                   absl::Time until, const VisitReached& visit) {
  ASSIGN_OR_RETURN(
      const sql::Result changes,
      connection.Query("SELECT id, matched FROM record WHERE name = $1 AND received < $2"
                       " ORDER BY received DESC, id DESC LIMIT $3",
                       {resource, absl::ToUnixMicros(until), kMostReachChanges}));
  int64_t matched = 0;
  int looked = 0;
  for (const sql::Row& change : changes.rows) {
    matched += change.Int(1);
    if (looked > 0 && matched > kMostReachDeliveries) break;
    ASSIGN_OR_RETURN(const sql::Result deliveries,
                     connection.Query("SELECT subscription, endpoint, state FROM delivery"
                                      " WHERE change_id = $1 LIMIT $2",
                                      {change.Text(0), kMostReachDeliveries}));
    for (const sql::Row& row : deliveries.rows) {
      visit(row.Text(0), row.Text(1), static_cast<v1::Delivery::State>(row.Int(2)));
    }
    ++looked;
  }
  return looked;
}

}  // namespace clusterwire::notification
