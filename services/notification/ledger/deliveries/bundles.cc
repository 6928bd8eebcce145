#include "services/notification/ledger/deliveries/bundles.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

constexpr int64_t kNever = 0;  // of window_end: open

constexpr std::string_view kSelectBundle =
    "SELECT id, scope, mailbox, carrier, began, until, window_end, closed FROM bundle"
    " WHERE settled = 0 AND ";

std::optional<Bundle> FromResult(const sql::Result& found) {
  if (found.rows.empty()) return std::nullopt;
  const sql::Row& row = found.rows[0];
  Bundle bundle{.id = row.Text(0),
                .scope = row.Text(1),
                .mailbox = row.Text(2),
                .carrier = row.Text(3),
                .began = absl::FromUnixMicros(row.Int(4)),
                .until = absl::FromUnixMicros(row.Int(5)),
                .window_end = absl::FromUnixMicros(row.Int(6))};
  if (row.Int(6) != kNever) bundle.closed = absl::FromUnixMicros(row.Int(7));
  return bundle;
}

std::optional<absl::Time> FirstTime(const sql::Result& found) {
  if (found.rows.empty() || found.rows[0].IsNull(0)) return std::nullopt;
  return absl::FromUnixMicros(found.rows[0].Int(0));
}

}  // namespace

absl::StatusOr<std::optional<Bundle>> Bundles::Find(std::string_view id) {
  static const std::string kText = absl::StrCat(ToAbsl(kSelectBundle), "id = $1");
  ASSIGN_OR_RETURN(const sql::Result found, connection_.Query(kText, {id}));
  return FromResult(found);
}

absl::StatusOr<std::optional<Bundle>> Bundles::FindOpen(std::string_view scope) {
  static const std::string kText =
      absl::StrCat(ToAbsl(kSelectBundle), "scope = $1 AND window_end = 0");
  ASSIGN_OR_RETURN(const sql::Result found, connection_.Query(kText, {scope}));
  return FromResult(found);
}

absl::StatusOr<bool> Bundles::Begin(const Bundle& bundle) {
  ASSIGN_OR_RETURN(
      const sql::Result added,
      connection_.Query("INSERT INTO bundle (id, scope, mailbox, carrier, began, until, window_end,"
                        " closed, settled) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0)"
                        " ON CONFLICT DO NOTHING",
                        {bundle.id, bundle.scope, bundle.mailbox, bundle.carrier,
                         absl::ToUnixMicros(bundle.began), absl::ToUnixMicros(bundle.until)}));
  if (added.affected == 0) return false;
  RETURN_IF_ERROR(connection_.Execute("UPDATE delivery SET bundle = $2, carried = 0 WHERE id = $1",
                                      {bundle.carrier, bundle.id}));
  return true;
}

absl::Status Bundles::Carry(const Bundle& bundle, std::string_view delivery) {
  return connection_.Execute(
      "UPDATE delivery SET bundle = $2, carried = 1 WHERE id = $1 AND state = 1",
      {delivery, bundle.id});
}

absl::Status Bundles::Succeed(const Bundle& bundle, std::string_view delivery) {
  RETURN_IF_ERROR(
      connection_.Execute("UPDATE bundle SET carrier = $2 WHERE id = $1", {bundle.id, delivery}));
  return connection_.Execute("UPDATE delivery SET bundle = $2, carried = 0 WHERE id = $1",
                             {delivery, bundle.id});
}

absl::Status Bundles::Redirect(const Bundle& bundle, std::string_view scope, absl::Time until) {
  ASSIGN_OR_RETURN(const std::optional<Bundle> other, FindOpen(scope));
  if (!other) {
    return connection_.Execute("UPDATE bundle SET scope = $2, until = $3 WHERE id = $1",
                               {bundle.id, scope, absl::ToUnixMicros(until)});
  }
  RETURN_IF_ERROR(connection_.Execute(
      "UPDATE delivery SET bundle = $2, carried = 1 WHERE bundle = $1 AND state = 1",
      {bundle.id, other->id}));
  return connection_.Execute("DELETE FROM bundle WHERE id = $1", {bundle.id});
}

absl::Status Bundles::SetUntil(const Bundle& bundle, absl::Time until) {
  return connection_.Execute("UPDATE bundle SET until = $2 WHERE id = $1",
                             {bundle.id, absl::ToUnixMicros(until)});
}

absl::Status Bundles::Dissolve(const Bundle& bundle, absl::Time now) {
  RETURN_IF_ERROR(connection_.Execute(
      "UPDATE delivery SET bundle = '', carried = 0, due = $2 WHERE bundle = $1 AND state = 1",
      {bundle.id, absl::ToUnixMicros(now)}));
  return connection_.Execute("DELETE FROM bundle WHERE id = $1", {bundle.id});
}

absl::Status Bundles::Release(std::string_view delivery, std::string_view reason, absl::Time now,
                              absl::Time due) {
  return connection_.Execute(
      "UPDATE delivery SET bundle = '', carried = 0, reason = $2, updated = $3, due = $4"
      " WHERE id = $1 AND state = 1",
      {delivery, reason, absl::ToUnixMicros(now), absl::ToUnixMicros(due)});
}

absl::Status Bundles::Close(const Bundle& bundle, absl::Time window_end, absl::Time now) {
  return connection_.Execute("UPDATE bundle SET window_end = $2, closed = $3 WHERE id = $1",
                             {bundle.id, absl::ToUnixMicros(window_end), absl::ToUnixMicros(now)});
}

absl::StatusOr<bool> Bundles::HasWindow(std::string_view scope, absl::Time window_end) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT 1 FROM bundle WHERE scope = $1 AND window_end = $2",
                                     {scope, absl::ToUnixMicros(window_end)}));
  return !found.rows.empty();
}

absl::StatusOr<std::optional<absl::Time>> Bundles::WindowBefore(std::string_view scope,
                                                                absl::Time window_end) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT window_end FROM bundle WHERE scope = $1 AND window_end > 0"
                        " AND window_end < $2 ORDER BY window_end DESC LIMIT 1",
                        {scope, absl::ToUnixMicros(window_end)}));
  return FirstTime(found);
}

absl::StatusOr<std::optional<absl::Time>> Bundles::LastClosed(std::string_view scope,
                                                              absl::Time now) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT MAX(closed) FROM bundle WHERE scope = $1"
                                     " AND window_end > 0 AND settled < 2 AND closed <= $2",
                                     {scope, absl::ToUnixMicros(now)}));
  return FirstTime(found);
}

absl::StatusOr<int64_t> Bundles::CountClosed(std::string_view mailbox, absl::Time from,
                                             absl::Time now) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT COUNT(*) FROM bundle WHERE mailbox = $1 AND closed >= $2"
                        " AND closed <= $3 AND window_end > 0 AND settled < 2",
                        {mailbox, absl::ToUnixMicros(from), absl::ToUnixMicros(now)}));
  return found.rows[0].Int(0);
}

absl::StatusOr<std::vector<PendingDelivery>> Bundles::Carried(const Bundle& bundle, int limit,
                                                              absl::Time now) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT id FROM delivery WHERE bundle = $1 AND bundle <> ''"
                                     " AND state = 1 AND carried = 1"
                                     " ORDER BY sequence DESC, id DESC LIMIT $2",
                                     {bundle.id, limit}));
  std::vector<PendingDelivery> carried;
  for (const sql::Row& row : found.rows) {
    absl::StatusOr<PendingDelivery> one = Deliveries(connection_).FindPending(row.Text(0), now);
    RETURN_IF_ERROR(one.status());
    carried.push_back(*std::move(one));
  }
  return carried;
}

absl::StatusOr<bool> Bundles::CarriesOthers(const Bundle& bundle, std::string_view subscription) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT 1 FROM delivery WHERE bundle = $1 AND bundle <> ''"
                        " AND state = 1 AND carried = 1 AND subscription <> $2 LIMIT 1",
                        {bundle.id, subscription}));
  return !found.rows.empty();
}

absl::StatusOr<int64_t> Bundles::CountCarried(const Bundle& bundle) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT COUNT(*) FROM delivery WHERE bundle = $1"
                                     " AND bundle <> '' AND state = 1 AND carried = 1",
                                     {bundle.id}));
  return found.rows[0].Int(0);
}

absl::StatusOr<std::vector<std::string>> Bundles::Changes(const Bundle& bundle, int limit) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT change_id FROM delivery WHERE bundle = $1"
                                     " AND bundle <> '' AND state = 1"
                                     " ORDER BY sequence DESC, id DESC LIMIT $2",
                                     {bundle.id, limit}));
  std::vector<std::string> changes;
  for (const sql::Row& row : found.rows) changes.push_back(row.Text(0));
  return changes;
}

absl::Status Bundles::Settle(std::string_view id, std::span<const CarriedEnd> ends,
                             const CarriedEnd& rest, absl::Time now) {
  for (const CarriedEnd& end : ends) {
    RETURN_IF_ERROR(connection_.Execute(
        "UPDATE delivery SET state = $3, reason = $4, updated = $5, carried = 0"
        " WHERE id = $1 AND bundle = $2 AND state = 1",
        {end.delivery, id, int{end.state}, end.reason, absl::ToUnixMicros(now)}));
  }
  RETURN_IF_ERROR(
      connection_.Execute("UPDATE delivery SET state = $2, reason = $3, updated = $4, carried = 0"
                          " WHERE bundle = $1 AND bundle <> '' AND state = 1 AND carried = 1",
                          {id, int{rest.state}, rest.reason, absl::ToUnixMicros(now)}));
  // 2: nothing went out.
  return connection_.Execute("UPDATE bundle SET settled = $2 WHERE id = $1",
                             {id, rest.state == v1::Delivery::STATE_DEAD ? 2 : 1});
}

absl::Status Bundles::Suppress(std::string_view id, std::string_view subscription,
                               std::string_view reason, absl::Time now) {
  return connection_.Execute(
      "UPDATE delivery SET state = 3, reason = $3, updated = $4, carried = 0"
      " WHERE bundle = $1 AND bundle <> '' AND state = 1 AND carried = 1 AND subscription = $2",
      {id, subscription, reason, absl::ToUnixMicros(now)});
}

absl::StatusOr<bool> Bundles::Heal(std::string_view mailbox, absl::Time now, int limit) {
  // Two texts, so that each has its index.
  constexpr std::string_view kLost =
      " AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.id = b.carrier AND d.state = 1"
      " AND d.carried = 0 AND d.bundle = b.id) LIMIT $1";
  static const std::string kAll =
      absl::StrCat("SELECT b.id, b.window_end FROM bundle b WHERE b.settled = 0", ToAbsl(kLost));
  static const std::string kOne =
      absl::StrCat("SELECT b.id, b.window_end FROM bundle b WHERE b.settled = 0 AND b.mailbox = $2",
                   ToAbsl(kLost));
  std::vector<sql::Value> values = {limit};
  if (!mailbox.empty()) values.emplace_back(mailbox);
  ASSIGN_OR_RETURN(const sql::Result lost,
                   connection_.Query(mailbox.empty() ? kAll : kOne, std::move(values)));
  for (const sql::Row& row : lost.rows) {
    RETURN_IF_ERROR(FindCarrier(row.Text(0), row.Int(1) != kNever, now));
  }
  if (!mailbox.empty()) return !lost.rows.empty();
  ASSIGN_OR_RETURN(
      const sql::Result freed,
      connection_.Query("UPDATE delivery SET bundle = '', carried = 0, due = $1 WHERE state = 1"
                        " AND carried = 1 AND bundle <> '' AND NOT EXISTS (SELECT 1 FROM bundle b"
                        " WHERE b.id = delivery.bundle AND b.settled = 0)",
                        {absl::ToUnixMicros(now)}));
  return !lost.rows.empty() || freed.affected > 0;
}

absl::Status Bundles::FindCarrier(const std::string& id, bool closed, absl::Time now) {
  ASSIGN_OR_RETURN(const sql::Result next,
                   connection_.Query("SELECT id FROM delivery WHERE bundle = $1 AND bundle <> ''"
                                     " AND state = 1 ORDER BY sequence, id LIMIT 1",
                                     {id}));
  if (next.rows.empty()) {
    // A window stays closed.
    return closed ? connection_.Execute("UPDATE bundle SET settled = 2 WHERE id = $1", {id})
                  : connection_.Execute("DELETE FROM bundle WHERE id = $1", {id});
  }
  const std::string& carrier = next.rows[0].Text(0);
  RETURN_IF_ERROR(
      connection_.Execute("UPDATE bundle SET carrier = $2 WHERE id = $1", {id, carrier}));
  return connection_.Execute(
      "UPDATE delivery SET carried = 0, due = $2, updated = $2 WHERE id = $1",
      {carrier, absl::ToUnixMicros(now)});
}

absl::Status Bundles::RemoveOld(absl::Time horizon) {
  return connection_.Execute("DELETE FROM bundle WHERE settled > 0 AND closed < $1",
                             {absl::ToUnixMicros(horizon)});
}

}  // namespace clusterwire::notification
