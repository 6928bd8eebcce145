#include "services/notification/ledger/deliveries/deliveries.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "libs/sql/many_rows.h"
#include "services/notification/ledger/records/records.h"

namespace clusterwire::notification {
namespace {

constexpr std::string_view kPending =
    "SELECT d.id, d.change_id, r.root, d.subscription, d.endpoint, d.transition, d.attempts,"
    " d.created, d.due, d.updated, d.subscription_made, d.sequence, d.tries_before, d.bundle"
    " FROM delivery d JOIN record r ON r.id = d.change_id WHERE d.state = 1";

PendingDelivery PendingFrom(const sql::Row& row, absl::Time now) {
  const absl::Time due = absl::FromUnixMicros(row.Int(8));
  const absl::Time updated = absl::FromUnixMicros(row.Int(9));
  return {.name = row.Text(0),
          .change_id = row.Text(1),
          .root = row.Text(2),
          .subscription = row.Text(3),
          .subscription_made = row.Int(10),
          .endpoint = row.Text(4),
          .transition = static_cast<v1::Transition>(row.Int(5)),
          .attempts = static_cast<int>(row.Int(6)),
          .tries_before = static_cast<int>(row.Int(12)),
          .sequence = row.Int(11),
          .created = absl::FromUnixMicros(row.Int(7)),
          .known = std::min(absl::FromUnixMicros(row.Int(7)), updated),
          .bundle = row.Text(13),
          // An update that lies ahead was written before the clock was set back.
          .wait = std::max(absl::ZeroDuration(), due - std::max(now, updated))};
}

}  // namespace

std::string DeliveryName(std::string_view subscription, std::string_view change_id) {
  constexpr size_t kBytes = 16;
  const std::string digest =
      Sha256(absl::StrCat(ToAbsl(subscription), "\n", ToAbsl(change_id))).substr(0, kBytes);
  return "deliveries/" + absl::BytesToHexString(digest);
}

absl::Status Deliveries::Insert(std::span<const PendingDelivery> deliveries,
                                std::string_view suppressed) {
  if (suppressed.empty()) return InsertAs(deliveries, {}).status();
  return InsertAs(deliveries, {.state = v1::Delivery::STATE_SUPPRESSED, .reason = suppressed})
      .status();
}

absl::StatusOr<bool> Deliveries::Add(const PendingDelivery& delivery) {
  ASSIGN_OR_RETURN(const sql::Result added, InsertAs({&delivery, 1}, {}));
  return !added.rows.empty();
}

absl::StatusOr<std::set<std::string>> Deliveries::InsertDelivered(
    std::span<const PendingDelivery> deliveries, std::string_view how, absl::Time now) {
  const Fate fate = {.state = v1::Delivery::STATE_DELIVERED, .reason = how, .updated = now};
  ASSIGN_OR_RETURN(const sql::Result inserted, InsertAs(deliveries, fate));
  std::set<std::string> names;
  for (const sql::Row& row : inserted.rows) names.insert(row.Text(0));
  return names;
}

absl::StatusOr<sql::Result> Deliveries::InsertAs(std::span<const PendingDelivery> deliveries,
                                                 const Fate& fate) {
  constexpr size_t kColumns = 13;
  static const sql::ManyRows kInsert(
      "INSERT INTO delivery (id, change_id, subscription, endpoint, transition, state, reason,"
      " attempts, created, updated, due, subscription_made, sequence) VALUES {rows}"
      " ON CONFLICT (id) DO NOTHING RETURNING id",
      "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  std::vector<sql::Value> values;
  values.reserve(deliveries.size() * kColumns);
  for (const PendingDelivery& delivery : deliveries) {
    const int64_t created = absl::ToUnixMicros(delivery.created);
    const int64_t updated = fate.updated ? absl::ToUnixMicros(*fate.updated) : created;
    sql::AddRow(values, delivery.name, delivery.change_id, delivery.subscription, delivery.endpoint,
                int{delivery.transition}, int{fate.state}, fate.reason, 0, created, updated,
                created, delivery.subscription_made, delivery.sequence);
  }
  return kInsert.Run(connection_, std::move(values));
}

absl::StatusOr<std::set<std::string>> Deliveries::SetResults(
    std::span<const DeliveryResult> results) {
  static const sql::ManyRows kUpdate(
      "WITH result(named, outcome, why, ended, due_at, tried, uncounted) AS (VALUES {rows})"
      " UPDATE delivery SET state = outcome, reason = why, updated = ended, due = due_at,"
      " attempts = COALESCE(tried, attempts), tries_before = tries_before + uncounted"
      " FROM result WHERE id = named AND state = 1 RETURNING id",
      "(CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT),"
      " CAST(? AS BIGINT), CAST(? AS BIGINT))");
  std::vector<sql::Value> values;
  for (const DeliveryResult& result : results) {
    sql::AddRow(values, result.delivery, int{result.state}, result.reason,
                absl::ToUnixMicros(result.time), absl::ToUnixMicros(result.time + result.pause),
                result.attempt ? sql::Value(result.attempt->number()) : sql::Value(),
                result.uncounted);
  }
  ASSIGN_OR_RETURN(const sql::Result updated, kUpdate.Run(connection_, std::move(values)));
  std::set<std::string> were_pending;
  for (const sql::Row& row : updated.rows) were_pending.insert(row.Text(0));
  RETURN_IF_ERROR(AddAttempts(results, were_pending));
  return were_pending;
}

absl::Status Deliveries::AddAttempts(std::span<const DeliveryResult> results,
                                     const std::set<std::string>& of) {
  static const sql::ManyRows kAdd(
      "INSERT INTO attempt (delivery, number, time, outcome, http_status, detail, duration_ms)"
      " VALUES {rows} ON CONFLICT (delivery, number) DO NOTHING",
      "(?, ?, ?, ?, ?, ?, ?)");
  std::vector<sql::Value> values;
  for (const DeliveryResult& result : results) {
    if (!result.attempt || !of.contains(result.delivery)) continue;
    const v1::Attempt& attempt = *result.attempt;
    sql::AddRow(values, result.delivery, attempt.number(),
                absl::ToUnixMicros(ToTime(attempt.time())), attempt.outcome(),
                attempt.http_status(), attempt.detail(), attempt.duration_ms());
  }
  return kAdd.Run(connection_, std::move(values)).status();
}

absl::StatusOr<int64_t> Deliveries::LastSequence() {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT sequence FROM delivery ORDER BY sequence DESC LIMIT 1"));
  return found.rows.empty() ? 0 : found.rows[0].Int(0);
}

absl::StatusOr<std::vector<std::string>> Deliveries::EndpointsWithPending(std::string_view after,
                                                                          int limit) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT DISTINCT endpoint FROM delivery WHERE state = 1"
                        " AND carried = 0 AND endpoint > $1 ORDER BY endpoint LIMIT $2",
                        {after, limit}));
  std::vector<std::string> endpoints;
  for (const sql::Row& row : found.rows) endpoints.push_back(row.Text(0));
  return endpoints;
}

absl::StatusOr<std::vector<PendingDelivery>> Deliveries::Pending(std::string_view endpoint,
                                                                 int limit, absl::Time now) {
  static const std::string kText =
      absl::StrCat(ToAbsl(kPending),
                   " AND d.carried = 0 AND d.endpoint = $1 ORDER BY d.sequence, d.id LIMIT $2");
  ASSIGN_OR_RETURN(const sql::Result found, connection_.Query(kText, {endpoint, limit}));
  std::vector<PendingDelivery> pending;
  for (const sql::Row& row : found.rows) pending.push_back(PendingFrom(row, now));
  return pending;
}

absl::StatusOr<std::vector<PendingDelivery>> Deliveries::PendingNotPublic(
    std::string_view subscription, const PageKey& after, int limit, absl::Time now) {
  static const std::string kText = absl::StrCat(
      ToAbsl(kPending),
      " AND d.subscription = $1 AND (d.sequence, d.id) > ($2, $3) AND (r.seen_by <> '' OR EXISTS"
      " (SELECT 1 FROM newest_record n WHERE n.name = r.name AND n.seen_by <> ''))"
      " ORDER BY d.sequence, d.id LIMIT $4");
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query(kText, {subscription, after.order, after.name, limit}));
  std::vector<PendingDelivery> pending;
  for (const sql::Row& row : found.rows) pending.push_back(PendingFrom(row, now));
  return pending;
}

absl::StatusOr<PendingDelivery> Deliveries::FindPending(std::string_view name, absl::Time now) {
  static const std::string kText = absl::StrCat(ToAbsl(kPending), " AND d.id = $1");
  ASSIGN_OR_RETURN(const sql::Result found, connection_.Query(kText, {name}));
  if (found.rows.empty()) return NotFoundError(name);
  return PendingFrom(found.rows[0], now);
}

absl::StatusOr<std::set<std::string>> Deliveries::WithPending(
    const std::set<std::string>& endpoints) {
  static const sql::ManyRows kText(
      "WITH asked(named) AS (VALUES {rows}) SELECT named FROM asked WHERE EXISTS"
      " (SELECT 1 FROM delivery WHERE state = 1 AND endpoint = named)",
      "(CAST(? AS TEXT))");
  ASSIGN_OR_RETURN(
      const sql::Result found,
      kText.Run(connection_, std::vector<sql::Value>(endpoints.begin(), endpoints.end())));
  std::set<std::string> with_pending;
  for (const sql::Row& row : found.rows) with_pending.insert(row.Text(0));
  return with_pending;
}

absl::StatusOr<Standing> Deliveries::StandingOf(const std::string& name) {
  ASSIGN_OR_RETURN(auto standings, StandingsOf({name}));
  return standings[name];
}

absl::StatusOr<std::map<std::string, Standing>> Deliveries::StandingsOf(
    const std::vector<std::string>& names) {
  static const sql::ManyRows kText(
      "SELECT d.id, d.state, COALESCE(n.seen_by, ''), d.carried FROM delivery d"
      " JOIN record r ON r.id = d.change_id LEFT JOIN newest_record n ON n.name = r.name"
      " WHERE d.id IN ({rows})",
      "?");
  ASSIGN_OR_RETURN(const sql::Result found,
                   kText.Run(connection_, std::vector<sql::Value>(names.begin(), names.end())));
  std::map<std::string, Standing> standings;
  for (const sql::Row& row : found.rows) {
    standings[row.Text(0)] = {
        .pending = row.Int(1) == v1::Delivery::STATE_PENDING && row.Int(3) == 0,
        .seen_by = row.Text(2)};
  }
  return standings;
}

absl::StatusOr<int64_t> Deliveries::SuppressUnder(std::string_view name, std::string_view reason,
                                                  absl::Time now, int limit) {
  std::vector<sql::Value> values = {absl::ToUnixMicros(now), reason, limit, name};
  std::string_view where = "endpoint = $4";
  if (name.find("/subscriptions/") != std::string_view::npos) {
    where = "subscription = $4";
  } else if (name.find("/endpoints/") == std::string_view::npos) {
    where = "endpoint > $4 AND endpoint < $5";
    values.back() = absl::StrCat(ToAbsl(name), "/");
    values.push_back(absl::StrCat(ToAbsl(name), "0"));  // '0' follows '/'
  }
  ASSIGN_OR_RETURN(
      const sql::Result done,
      connection_.Query(
          absl::StrCat("UPDATE delivery SET state = 3, reason = $2, updated = $1 WHERE state = 1"
                       " AND id IN (SELECT id FROM delivery WHERE state = 1 AND ",
                       ToAbsl(where), " LIMIT $3)"),
          std::move(values)));
  return done.affected;
}

absl::StatusOr<std::vector<std::string>> Deliveries::MoveTo(std::string_view endpoint,
                                                            std::string_view subscription,
                                                            const std::set<std::string>& except,
                                                            absl::Time now, int limit) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT id, endpoint FROM delivery WHERE subscription = $1"
                                     " AND state = 1 AND endpoint <> $2 ORDER BY sequence, id"
                                     " LIMIT $3",
                                     {subscription, endpoint, limit}));
  std::vector<std::string> left;
  for (const sql::Row& row : found.rows) {
    if (except.contains(row.Text(0))) continue;
    RETURN_IF_ERROR(connection_.Execute(
        "UPDATE delivery SET endpoint = $2, tries_before = attempts, reason = $3, updated = $4,"
        " due = $4, bundle = '', carried = 0 WHERE id = $1 AND state = 1",
        {row.Text(0), endpoint,
         absl::StrCat("the subscription's endpoint is no longer ", row.Text(1)),
         absl::ToUnixMicros(now)}));
    left.push_back(row.Text(1));
  }
  return left;
}

absl::Status Deliveries::MakeDue(std::string_view name, absl::Time now) {
  return connection_.Execute(
      "UPDATE delivery SET due = $2, updated = $2 WHERE id = $1 AND state = 1",
      {name, absl::ToUnixMicros(now)});
}

absl::Status Deliveries::Hasten(std::string_view subscription, absl::Time now) {
  return connection_.Execute(
      "UPDATE delivery SET due = $2, updated = $2 WHERE subscription = $1 AND state = 1"
      " AND carried = 0 AND attempts = 0 AND due > $2",
      {subscription, absl::ToUnixMicros(now)});
}

absl::Status Deliveries::Redrive(std::string_view name, absl::Time now) {
  ASSIGN_OR_RETURN(v1::Delivery delivery, Get(name));
  RETURN_IF_ERROR(Records(connection_).Hold(delivery.change()).status());
  ASSIGN_OR_RETURN(delivery, Get(name));  // it may have been purged before that
  if (delivery.state() != v1::Delivery::STATE_DEAD) {
    return Error(absl::StatusCode::kFailedPrecondition, "DELIVERY_NOT_DEAD",
                 absl::StrCat(delivery.name(), " is ", v1::Delivery::State_Name(delivery.state()),
                              ": only a dead one can be brought back; ListDeliveries with state"
                              " STATE_DEAD shows which they are"),
                 {{"resource", delivery.name()}});
  }
  if (delivery.attempts() >= kMostTries) {
    return Error(absl::StatusCode::kFailedPrecondition, "TOO_MANY_TRIES",
                 absl::StrCat(delivery.name(), " was tried ", delivery.attempts(),
                              " times; no more"
                              " than ",
                              kMostTries, " tries are kept of one delivery"),
                 {{"resource", delivery.name()}});
  }
  return connection_.Execute(
      "UPDATE delivery SET state = 1, tries_before = attempts, reason = $2,"
      " updated = $3, due = $3, bundle = '', carried = 0 WHERE id = $1 AND state = 4",
      {name, "brought back by RedriveDelivery", absl::ToUnixMicros(now)});
}

}  // namespace clusterwire::notification
