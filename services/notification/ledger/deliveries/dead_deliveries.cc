#include "services/notification/ledger/deliveries/dead_deliveries.h"

#include "libs/base/status/error.h"

namespace clusterwire::notification {

absl::StatusOr<DeadDeliveries> CountDeadDeliveries(sql::Connection& connection, int limit) {
  DeadDeliveries dead;
  ASSIGN_OR_RETURN(const sql::Result all,
                   connection.Query("SELECT COUNT(*) FROM delivery WHERE state = 4"));
  if (!all.rows.empty()) dead.count = all.rows[0].Int(0);
  if (dead.count == 0) return dead;
  ASSIGN_OR_RETURN(
      const sql::Result most,
      connection.Query(
          "SELECT d.endpoint, d.deaths, d.example, one.reason FROM"
          " (SELECT endpoint, COUNT(*) AS deaths, MAX(id) AS example FROM delivery"
          " WHERE state = 4 GROUP BY endpoint ORDER BY 2 DESC, 1 LIMIT $1) d"
          " JOIN delivery one ON one.id = d.example ORDER BY d.deaths DESC, d.endpoint",
          {limit}));
  for (const sql::Row& row : most.rows) {
    dead.most.push_back({.endpoint = row.Text(0),
                         .count = row.Int(1),
                         .example = row.Text(2),
                         .reason = row.Text(3)});
  }
  return dead;
}

}  // namespace clusterwire::notification
