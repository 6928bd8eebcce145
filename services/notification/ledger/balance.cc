#include "services/notification/ledger/balance.h"

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"

namespace clusterwire::notification {
namespace {

// Rows: state (-1 for all that matched), reason (of suppressed ones, else empty), count. One
// statement: a transaction of PostgreSQL that reads committed rows would see two states.
const std::string& One() {
  static const std::string& text =
      *new std::string(absl::StrCat("SELECT state, ", kWhy,
                                    " AS why, COUNT(*) FROM delivery"
                                    " WHERE change_id = $1 GROUP BY 1, 2"
                                    " UNION ALL SELECT -1, '', matched FROM record WHERE id = $1"));
  return text;
}
const std::string& All() {
  static const std::string& text = *new std::string(absl::StrCat(
      "SELECT state, ", kWhy,
      " AS why, COUNT(*) FROM delivery"
      " GROUP BY 1, 2"
      " UNION ALL SELECT -1, '', CAST(COALESCE(SUM(matched), 0) AS BIGINT) FROM record"));
  return text;
}

v1::GetBalanceResponse AddUp(const sql::Result& counts) {
  v1::GetBalanceResponse balance;
  for (const sql::Row& row : counts.rows) {
    if (row.Int(0) == -1) {
      balance.set_matched(row.Int(2));
    } else {
      AddDeliveries(row.Int(0), row.Text(1), row.Int(2), &balance);
    }
  }
  SetDifference(&balance);
  return balance;
}

}  // namespace

void AddDeliveries(int64_t state, const std::string& reason, int64_t count,
                   v1::GetBalanceResponse* balance) {
  switch (state) {
    case v1::Delivery::STATE_PENDING:
      balance->set_pending(balance->pending() + count);
      break;
    case v1::Delivery::STATE_DELIVERED:
      balance->set_delivered(balance->delivered() + count);
      break;
    case v1::Delivery::STATE_SUPPRESSED:
      balance->set_suppressed(balance->suppressed() + count);
      (*balance->mutable_suppressed_by_reason())[reason] += count;
      break;
    case v1::Delivery::STATE_DEAD:
      balance->set_dead(balance->dead() + count);
      break;
    default:
      break;  // counted nowhere: shows as a difference
  }
}

void SetDifference(v1::GetBalanceResponse* balance) {
  balance->set_difference(balance->matched() - balance->delivered() - balance->pending() -
                          balance->suppressed() - balance->dead());
}

absl::StatusOr<v1::GetBalanceResponse> Balance::Of(std::string_view change) {
  ASSIGN_OR_RETURN(const sql::Result counts, connection_.Query(One(), {change}));
  if (counts.rows.empty()) return NotFoundError(change);  // deliveries go with their record
  return AddUp(counts);
}

absl::StatusOr<v1::GetBalanceResponse> Balance::OfAll() {
  ASSIGN_OR_RETURN(const sql::Result counts, connection_.Query(All()));
  return AddUp(counts);
}

absl::StatusOr<int64_t> Balance::Pending() {
  ASSIGN_OR_RETURN(const sql::Result counted,
                   connection_.Query("SELECT COUNT(*) FROM delivery WHERE state = 1"));
  return counted.rows[0].Int(0);
}

}  // namespace clusterwire::notification
