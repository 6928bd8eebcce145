#include "services/notification/ledger/audit.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "services/notification/ledger/balance.h"

namespace clusterwire::notification {
namespace {

constexpr char kNext[] =
    "SELECT history, revision, ordinal, matched FROM record"
    " WHERE (history, revision, ordinal) > ($1, $2, $3)"
    " ORDER BY history, revision, ordinal LIMIT $4";
// Found by the index over change_id.
const std::string& DeliveriesText() {
  static const std::string& text = *new std::string(
      absl::StrCat("SELECT state, ", kWhy,
                   " AS why, COUNT(*)"
                   " FROM record r JOIN delivery d ON d.change_id = r.id"
                   " WHERE (r.history, r.revision, r.ordinal) > ($1, $2, $3)"
                   " AND (r.history, r.revision, r.ordinal) <= ($4, $5, $6) GROUP BY 1, 2"));
  return text;
}

}  // namespace

absl::StatusOr<bool> Audit::Step() {
  v1::GetBalanceResponse sum = sum_;
  Key end = after_;
  // One state of the database for both statements.
  ASSIGN_OR_RETURN(const bool last, ledger_.Read([&](sql::Connection& connection) {
    return Look(connection, &sum, &end);
  }));
  if (!last) {
    sum_ = std::move(sum);
    after_ = std::move(end);
    return false;
  }
  SetDifference(&sum);
  sum_.Clear();
  after_ = {};
  MutexLock lock(mutex_);
  result_ = std::move(sum);
  return true;
}

absl::StatusOr<bool> Audit::Look(sql::Connection& connection, v1::GetBalanceResponse* sum,
                                 Key* end) {
  ASSIGN_OR_RETURN(
      const sql::Result records,
      connection.Query(kNext, {after_.history, after_.revision, after_.ordinal, options_.records}));
  int64_t matched = 0;
  size_t taken = 0;
  for (const sql::Row& row : records.rows) {
    if (taken > 0 && matched + row.Int(3) > options_.deliveries) break;
    matched += row.Int(3);
    ++taken;
    *end = {row.Text(0), row.Int(1), row.Int(2)};
  }
  if (taken == 0) return true;
  sum->set_matched(sum->matched() + matched);
  ASSIGN_OR_RETURN(
      const sql::Result counts,
      connection.Query(DeliveriesText(), {after_.history, after_.revision, after_.ordinal,
                                          end->history, end->revision, end->ordinal}));
  for (const sql::Row& row : counts.rows) AddDeliveries(row.Int(0), row.Text(1), row.Int(2), sum);
  return false;
}

std::optional<v1::GetBalanceResponse> Audit::result() const {
  MutexLock lock(mutex_);
  return result_;
}

}  // namespace clusterwire::notification
