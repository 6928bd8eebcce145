// How deliveries and their attempts are shown.

#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/ledger/deliveries/query.h"

namespace clusterwire::notification {
namespace {

constexpr std::string_view kSelectDelivery =
    "SELECT d.id, d.subscription, d.endpoint, d.change_id, r.kind, r.name, d.transition, d.state,"
    " d.reason, d.attempts, d.created, d.updated, d.due, r.trace, d.sequence, r.seen_by,"
    " COALESCE((SELECT carrier FROM bundle WHERE id = d.bundle AND carrier <> d.id), '')"
    " FROM delivery d JOIN record r ON r.id = d.change_id";

v1::Delivery DeliveryFromRow(const sql::Row& row) {
  v1::Delivery delivery;
  delivery.set_name(row.Text(0));
  delivery.set_subscription(row.Text(1));
  delivery.set_endpoint(row.Text(2));
  delivery.set_change(row.Text(3));
  delivery.set_change_kind(row.Text(4));
  delivery.set_resource(row.Text(5));
  delivery.set_transition(static_cast<v1::Transition>(row.Int(6)));
  delivery.set_state(static_cast<v1::Delivery::State>(row.Int(7)));
  delivery.set_reason(row.Text(8));
  delivery.set_attempts(static_cast<int32_t>(row.Int(9)));
  *delivery.mutable_create_time() = ToTimestamp(absl::FromUnixMicros(row.Int(10)));
  *delivery.mutable_update_time() = ToTimestamp(absl::FromUnixMicros(row.Int(11)));
  if (delivery.state() == v1::Delivery::STATE_PENDING) {
    *delivery.mutable_next_attempt_time() = ToTimestamp(absl::FromUnixMicros(row.Int(12)));
  }
  delivery.set_sequence(row.Int(14));
  delivery.set_carried_by(row.Text(16));
  // traceparent: version, trace, span and flags.
  const std::string& trace = row.Text(13);
  if (trace.size() >= 35) delivery.set_trace_id(trace.substr(3, 32));
  return delivery;
}

Statement ListStatement(const DeliveryQuery& query) {
  Statement list{.text = absl::StrCat(ToAbsl(kSelectDelivery), " WHERE TRUE"), .values = {}};
  AddConditions(query, list);
  if (query.after) {
    const std::string& after = query.after->name;
    const size_t space = after.find(' ');
    list.Add(" AND (d.sequence, d.subscription, d.id) < (?, ?, ?)",
             {query.after->order, after.substr(0, space),
              space == std::string::npos ? "" : after.substr(space + 1)});
  }
  // Dead ones are few and may be old: with the '+' they are found by their own index and sorted,
  // where the order's index would be read until a page is full.
  const bool dead = query.state == v1::Delivery::STATE_DEAD;
  list.Add(dead ? " ORDER BY +d.sequence DESC, d.subscription DESC, d.id DESC LIMIT ?"
                : " ORDER BY d.sequence DESC, d.subscription DESC, d.id DESC LIMIT ?",
           {query.limit});
  return list;
}

}  // namespace

// States are literals: indexes over those that are few know them by that.
void AddConditions(const DeliveryQuery& query, Statement& statement) {
  if (query.parent.find("/subscriptions/") != std::string::npos) {
    statement.Add(" AND d.subscription = ?", {query.parent});
  } else if (!query.parent.empty()) {
    statement.Add(" AND d.subscription >= ? AND d.subscription < ?",
                  {query.parent + "/", query.parent + "0"});  // '0' follows '/'
  }
  if (!query.change.empty()) statement.Add(" AND d.change_id = ?", {query.change});
  if (!query.resource.empty()) {
    statement.Add(" AND d.change_id IN (SELECT id FROM record WHERE name = ?)", {query.resource});
  }
  if (!query.change_kind.empty()) {
    statement.Add(" AND d.change_id IN (SELECT id FROM record WHERE kind = ?)",
                  {query.change_kind});
  }
  if (query.state != v1::Delivery::STATE_UNSPECIFIED) {
    statement.Add(absl::StrCat(" AND d.state = ", int{query.state}), {});
  }
  if (!query.endpoint.empty()) {
    // Its subscriber's, which an index finds in any state.
    const std::string subscriber = query.endpoint.substr(0, query.endpoint.find("/endpoints/"));
    statement.Add(" AND d.endpoint = ? AND d.subscription >= ? AND d.subscription < ?",
                  {query.endpoint, subscriber + "/", subscriber + "0"});
  }
  if (query.from != absl::InfinitePast()) {
    statement.Add(" AND d.created >= ?", {absl::ToUnixMicros(query.from)});
  }
  if (query.until != absl::InfiniteFuture()) {
    statement.Add(" AND d.created < ?", {absl::ToUnixMicros(query.until)});
  }
}

PageKey PageKeyOf(const v1::Delivery& delivery) {
  return {delivery.sequence(), absl::StrCat(delivery.subscription(), " ", delivery.name())};
}

absl::StatusOr<v1::Delivery> Deliveries::Get(std::string_view name, std::string* seen_by) {
  static const std::string kText = absl::StrCat(ToAbsl(kSelectDelivery), " WHERE d.id = $1");
  ASSIGN_OR_RETURN(const sql::Result found, connection_.Query(kText, {name}));
  if (found.rows.empty()) return NotFoundError(name);
  if (seen_by != nullptr) *seen_by = found.rows[0].Text(15);
  return DeliveryFromRow(found.rows[0]);
}

absl::StatusOr<std::vector<v1::Delivery>> Deliveries::List(const DeliveryQuery& query,
                                                           std::vector<std::string>* seen_by) {
  Statement list = ListStatement(query);
  ASSIGN_OR_RETURN(const sql::Result found, connection_.Query(list.text, std::move(list.values)));
  std::vector<v1::Delivery> deliveries;
  for (const sql::Row& row : found.rows) {
    deliveries.push_back(DeliveryFromRow(row));
    if (seen_by != nullptr) seen_by->push_back(row.Text(15));
  }
  return deliveries;
}

absl::StatusOr<std::vector<v1::Attempt>> Deliveries::Attempts(std::string_view name) {
  RETURN_IF_ERROR(Get(name).status());
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT number, time, outcome, http_status, detail,"
                                     " duration_ms FROM attempt WHERE delivery = $1"
                                     " ORDER BY number",
                                     {name}));
  std::vector<v1::Attempt> attempts;
  for (const sql::Row& row : found.rows) {
    v1::Attempt& attempt = attempts.emplace_back();
    attempt.set_number(static_cast<int32_t>(row.Int(0)));
    *attempt.mutable_time() = ToTimestamp(absl::FromUnixMicros(row.Int(1)));
    attempt.set_outcome(row.Text(2));
    attempt.set_http_status(static_cast<int32_t>(row.Int(3)));
    attempt.set_detail(row.Text(4));
    attempt.set_duration_ms(row.Int(5));
  }
  return attempts;
}

}  // namespace clusterwire::notification
