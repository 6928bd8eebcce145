#include "services/notification/ledger/balance.h"

#include "libs/base/status/error.h"

namespace clusterwire::notification {
namespace {

// Rows: state, reason (of suppressed ones, else empty), count.
void AddUp(const sql::Result& counts, v1::GetBalanceResponse* balance) {
  for (const sql::Row& row : counts.rows) {
    const int64_t count = row.Int(2);
    switch (static_cast<v1::Delivery::State>(row.Int(0))) {
      case v1::Delivery::STATE_PENDING:
        balance->set_pending(balance->pending() + count);
        break;
      case v1::Delivery::STATE_DELIVERED:
        balance->set_delivered(balance->delivered() + count);
        break;
      case v1::Delivery::STATE_SUPPRESSED:
        balance->set_suppressed(balance->suppressed() + count);
        (*balance->mutable_suppressed_by_reason())[row.Text(1)] += count;
        break;
      case v1::Delivery::STATE_DEAD:
        balance->set_dead(balance->dead() + count);
        break;
      default:
        break;  // counted nowhere: shows as a difference
    }
  }
  balance->set_difference(balance->matched() - balance->delivered() - balance->pending() -
                          balance->suppressed() - balance->dead());
}

}  // namespace

absl::StatusOr<v1::GetBalanceResponse> Balance::Of(std::string_view change) {
  ASSIGN_OR_RETURN(const sql::Result record,
                   connection_.Query("SELECT matched FROM record WHERE id = $1", {change}));
  if (record.rows.empty()) return NotFoundError(change);
  ASSIGN_OR_RETURN(
      const sql::Result counts,
      connection_.Query("SELECT state, CASE WHEN state = 3 THEN reason ELSE '' END AS why,"
                        " COUNT(*) FROM delivery WHERE change_id = $1 GROUP BY 1, 2",
                        {change}));
  v1::GetBalanceResponse balance;
  balance.set_matched(record.rows[0].Int(0));
  AddUp(counts, &balance);
  return balance;
}

absl::StatusOr<v1::GetBalanceResponse> Balance::OfAll() {
  // One statement: a transaction of PostgreSQL that reads committed rows would see two states.
  ASSIGN_OR_RETURN(
      const sql::Result counts,
      connection_.Query("SELECT state, CASE WHEN state = 3 THEN reason ELSE '' END AS why,"
                        " COUNT(*) FROM delivery GROUP BY 1, 2"
                        " UNION ALL SELECT -1, '', CAST(COALESCE(SUM(matched), 0) AS BIGINT)"
                        " FROM record"));
  v1::GetBalanceResponse balance;
  for (const sql::Row& row : counts.rows) {
    if (row.Int(0) == -1) balance.set_matched(row.Int(2));
  }
  AddUp(counts, &balance);
  return balance;
}

}  // namespace clusterwire::notification
