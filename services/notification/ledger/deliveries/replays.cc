#include "services/notification/ledger/deliveries/replays.h"

#include "libs/base/status/error.h"

namespace clusterwire::notification {

absl::StatusOr<std::vector<Replays::Change>> Replays::Changes(absl::Time from,
                                                              std::string_view after,
                                                              absl::Time until, int limit) {
  const int64_t end = until == absl::InfiniteFuture() ? INT64_MAX : absl::ToUnixMicros(until);
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT id, received FROM record WHERE (received, id) > ($1, $2)"
                        " AND received >= $1 AND received < $3 AND closed = 1"
                        " ORDER BY received, id LIMIT $4",
                        {absl::ToUnixMicros(from), after, end, limit}));
  std::vector<Change> changes;
  for (const sql::Row& row : found.rows) {
    changes.push_back({.id = row.Text(0), .received = absl::FromUnixMicros(row.Int(1))});
  }
  return changes;
}

absl::StatusOr<Replays::Found> Replays::Find(std::string_view delivery, std::string_view kept_at) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT state, reason, attempts, endpoint FROM delivery WHERE id = $1",
                        {delivery}));
  if (found.rows.empty()) return Found::kNone;
  const sql::Row& row = found.rows[0];
  const bool superseded =
      row.Int(0) == v1::Delivery::STATE_SUPPRESSED && row.Text(1) == "superseded";
  if (row.Int(0) == v1::Delivery::STATE_PENDING || superseded || row.Int(2) >= kMostTries) {
    return Found::kPending;
  }
  const bool delivered = row.Int(0) == v1::Delivery::STATE_DELIVERED;
  if (delivered && row.Text(3) == kept_at) return Found::kPending;
  return delivered || row.Text(1).starts_with("merged: ") ? Found::kDelivered : Found::kEnded;
}

absl::Status Replays::Repeat(const PendingDelivery& to, absl::Time now) {
  return connection_.Execute(
      "UPDATE delivery SET state = 1, tries_before = attempts, reason = 'sent again by"
      " ReplaySubscription', endpoint = $2, transition = $3, subscription_made = $4, updated = $5,"
      " due = $5, bundle = '', carried = 0 WHERE id = $1 AND state <> 1",
      {to.name, to.endpoint, int{to.transition}, to.subscription_made, absl::ToUnixMicros(now)});
}

absl::Status Replays::Add(const PendingDelivery& delivery) {
  ASSIGN_OR_RETURN(const bool added, Deliveries(connection_).Add(delivery));
  if (!added) return absl::OkStatus();
  return connection_.Execute("UPDATE record SET matched = matched + 1 WHERE id = $1",
                             {delivery.change_id});
}

}  // namespace clusterwire::notification
