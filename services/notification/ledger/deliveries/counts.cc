#include "services/notification/ledger/deliveries/counts.h"

#include <utility>

#include "libs/base/status/error.h"
#include "services/notification/ledger/deliveries/query.h"

namespace clusterwire::notification {
namespace {

const char* KeyOf(CountBy by) {
  switch (by) {
    case CountBy::kNothing:
      return "''";
    case CountBy::kEndpoint:
      return "d.endpoint";
    case CountBy::kChangeKind:
      return "r.kind";
  }
  return "''";
}

}  // namespace

absl::StatusOr<DeliveryCounts> CountDeliveries(sql::Connection& connection,
                                               const DeliveryQuery& query, CountBy by, bool apart) {
  Statement count{
      .text = absl::StrCat("SELECT counted, state, seen_by, COUNT(*) FROM (SELECT ", KeyOf(by),
                           " AS counted, d.state AS state, ", apart ? "r.seen_by" : "''",
                           " AS seen_by FROM delivery d JOIN record r ON r.id = d.change_id"
                           " WHERE TRUE"),
      .values = {}};
  AddConditions(query, count);
  count.Add(" LIMIT ?) looked GROUP BY counted, state, seen_by ORDER BY 4 DESC, 1, 2, 3 LIMIT ?",
            {kMostCounted, kMostCounts + 1});
  ASSIGN_OR_RETURN(const sql::Result found, connection.Query(count.text, std::move(count.values)));
  DeliveryCounts counts;
  int64_t looked = 0;
  for (const sql::Row& row : found.rows) {
    counts.counts.push_back({.key = row.Text(0),
                             .state = static_cast<v1::Delivery::State>(row.Int(1)),
                             .seen_by = row.Text(2),
                             .count = row.Int(3)});
    looked += row.Int(3);
  }
  counts.complete = looked < kMostCounted && found.rows.size() <= kMostCounts;
  if (found.rows.size() > kMostCounts) counts.counts.pop_back();
  return counts;
}

}  // namespace clusterwire::notification
