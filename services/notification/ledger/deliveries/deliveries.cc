#include "services/notification/ledger/deliveries/deliveries.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/timestamp.h"

namespace clusterwire::notification {
namespace {

constexpr int kColumns = 12;
constexpr size_t kRowsAtOnce = 64;

// "INSERT …" of so many rows: two texts, so that both stay prepared.
std::string InsertText(size_t rows) {
  std::vector<std::string> tuples;
  int parameter = 1;
  for (size_t row = 0; row < rows; ++row) {
    std::vector<std::string> places;
    for (int column = 0; column < kColumns; ++column) {
      places.push_back(absl::StrCat("$", parameter++));
    }
    tuples.push_back(absl::StrCat("(", absl::StrJoin(places, ","), ")"));
  }
  return absl::StrCat(
      "INSERT INTO delivery (id, change_id, subscription, endpoint, transition, state, reason,"
      " attempts, created, updated, due, subscription_made) VALUES ",
      absl::StrJoin(tuples, ","), " ON CONFLICT (id) DO NOTHING");
}

void AppendRow(const PendingDelivery& delivery, std::string_view suppressed,
               std::vector<sql::Value>* parameters) {
  const int state =
      suppressed.empty() ? v1::Delivery::STATE_PENDING : v1::Delivery::STATE_SUPPRESSED;
  const int64_t created = absl::ToUnixMicros(delivery.created);
  for (sql::Value value :
       {sql::Value(delivery.name), sql::Value(delivery.change_id),
        sql::Value(delivery.subscription), sql::Value(delivery.endpoint),
        sql::Value(int{delivery.transition}), sql::Value(state), sql::Value(suppressed),
        sql::Value(0), sql::Value(created), sql::Value(created),
        sql::Value(absl::ToUnixMicros(delivery.due)), sql::Value(delivery.subscription_made)}) {
    parameters->push_back(std::move(value));
  }
}

constexpr std::string_view kSelect =
    "SELECT d.id, d.subscription, d.endpoint, d.change_id, r.kind, r.name, d.transition, d.state,"
    " d.reason, d.attempts, d.created, d.updated, d.due, r.trace"
    " FROM delivery d JOIN record r ON r.id = d.change_id";

v1::Delivery FromRow(const sql::Row& row) {
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
  // traceparent: version, trace, span and flags.
  const std::string& trace = row.Text(13);
  if (trace.size() >= 35) delivery.set_trace_id(trace.substr(3, 32));
  return delivery;
}

// A WHERE clause that grows; each condition takes one value.
class Conditions {
 public:
  void Add(std::string_view before, sql::Value value, std::string_view after = "") {
    values_.push_back(std::move(value));
    absl::StrAppend(&text_, text_.empty() ? " WHERE " : " AND ", ToAbsl(before), "$",
                    values_.size(), ToAbsl(after));
  }
  // (created, id) < (…, …), which both databases take as it stands.
  void AddBefore(int64_t created, std::string id) {
    values_.emplace_back(created);
    values_.emplace_back(std::move(id));
    absl::StrAppend(&text_, text_.empty() ? " WHERE " : " AND ", "(d.created, d.id) < ($",
                    values_.size() - 1, ", $", values_.size(), ")");
  }
  std::string Limit(int limit) {
    values_.emplace_back(limit);
    return absl::StrCat(" LIMIT $", values_.size());
  }
  const std::string& text() const { return text_; }
  std::vector<sql::Value> Take() { return std::move(values_); }

 private:
  std::string text_;
  std::vector<sql::Value> values_;
};

void AddQuery(const DeliveryQuery& query, Conditions* where) {
  if (query.parent.find("/subscriptions/") != std::string::npos) {
    where->Add("d.subscription = ", query.parent);
  } else if (!query.parent.empty()) {
    where->Add("d.subscription >= ", query.parent + "/");
    where->Add("d.subscription < ", query.parent + "0");  // '0' follows '/'
  }
  if (!query.change.empty()) where->Add("d.change_id = ", query.change);
  if (!query.resource.empty()) {
    where->Add("d.change_id IN (SELECT id FROM record WHERE name = ", query.resource, ")");
  }
  if (query.state != v1::Delivery::STATE_UNSPECIFIED) {
    where->Add("d.state = ", int{query.state});
  }
  if (query.after) where->AddBefore(query.after->unix_micros, query.after->name);
}

}  // namespace

std::string DeliveryName(std::string_view subscription, std::string_view change_id) {
  constexpr size_t kBytes = 16;
  const std::string digest =
      Sha256(absl::StrCat(ToAbsl(subscription), "\n", ToAbsl(change_id))).substr(0, kBytes);
  return "deliveries/" + absl::BytesToHexString(digest);
}

PageKey PageKeyOf(const v1::Delivery& delivery) {
  return {absl::ToUnixMicros(ToTime(delivery.create_time())), delivery.name()};
}

absl::Status Deliveries::Insert(std::span<const PendingDelivery> deliveries,
                                std::string_view suppressed) {
  static const std::string kOne = InsertText(1);
  static const std::string kMany = InsertText(kRowsAtOnce);
  while (!deliveries.empty()) {
    const size_t rows = deliveries.size() >= kRowsAtOnce ? kRowsAtOnce : 1;
    std::vector<sql::Value> parameters;
    parameters.reserve(rows * kColumns);
    for (const PendingDelivery& delivery : deliveries.first(rows)) {
      AppendRow(delivery, suppressed, &parameters);
    }
    RETURN_IF_ERROR(connection_.Execute(rows == 1 ? kOne : kMany, std::move(parameters)));
    deliveries = deliveries.subspan(rows);
  }
  return absl::OkStatus();
}

absl::Status Deliveries::SetResult(const DeliveryResult& result) {
  const int64_t time = absl::ToUnixMicros(result.time);
  const int64_t due = absl::ToUnixMicros(result.due);
  if (!result.attempt) {
    return connection_.Execute(
        "UPDATE delivery SET state = $2, reason = $3, updated = $4, due = $5"
        " WHERE id = $1 AND state = 1",
        {result.delivery, int{result.state}, result.reason, time, due});
  }
  const v1::Attempt& attempt = *result.attempt;
  ASSIGN_OR_RETURN(
      const sql::Result updated,
      connection_.Query(
          "UPDATE delivery SET state = $2, reason = $3, updated = $4, due = $5,"
          " attempts = $6 WHERE id = $1 AND state = 1",
          {result.delivery, int{result.state}, result.reason, time, due, attempt.number()}));
  if (updated.affected == 0) return absl::OkStatus();
  return connection_.Execute(
      "INSERT INTO attempt (delivery, number, time, outcome, http_status, detail, duration_ms)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (delivery, number) DO NOTHING",
      {result.delivery, attempt.number(), absl::ToUnixMicros(ToTime(attempt.time())),
       attempt.outcome(), attempt.http_status(), attempt.detail(), attempt.duration_ms()});
}

absl::StatusOr<std::vector<std::string>> Deliveries::EndpointsWithPending(std::string_view after,
                                                                          int limit) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT DISTINCT endpoint FROM delivery WHERE state = 1"
                                     " AND endpoint > $1 ORDER BY endpoint LIMIT $2",
                                     {after, limit}));
  std::vector<std::string> endpoints;
  for (const sql::Row& row : found.rows) endpoints.push_back(row.Text(0));
  return endpoints;
}

absl::StatusOr<std::vector<PendingDelivery>> Deliveries::Pending(std::string_view endpoint,
                                                                 int limit) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT d.id, d.change_id, r.root, d.subscription, d.transition,"
                        " d.attempts, d.created, d.due, d.subscription_made"
                        " FROM delivery d JOIN record r ON r.id = d.change_id"
                        " WHERE d.state = 1 AND d.endpoint = $1"
                        " ORDER BY d.created, d.id LIMIT $2",
                        {endpoint, limit}));
  std::vector<PendingDelivery> pending;
  for (const sql::Row& row : found.rows) {
    pending.push_back({.name = row.Text(0),
                       .change_id = row.Text(1),
                       .root = row.Text(2),
                       .subscription = row.Text(3),
                       .subscription_made = row.Int(8),
                       .endpoint = std::string(endpoint),
                       .transition = static_cast<v1::Transition>(row.Int(4)),
                       .attempts = static_cast<int>(row.Int(5)),
                       .created = absl::FromUnixMicros(row.Int(6)),
                       .due = absl::FromUnixMicros(row.Int(7))});
  }
  return pending;
}

absl::StatusOr<Standing> Deliveries::StandingOf(std::string_view name) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT d.state, COALESCE(n.hidden, 0) FROM delivery d"
                                     " JOIN record r ON r.id = d.change_id"
                                     " LEFT JOIN newest_record n ON n.name = r.name"
                                     " WHERE d.id = $1",
                                     {name}));
  if (found.rows.empty()) return Standing();
  const sql::Row& row = found.rows[0];
  return Standing{.pending = row.Int(0) == v1::Delivery::STATE_PENDING, .hidden = row.Int(1) != 0};
}

absl::StatusOr<v1::Delivery> Deliveries::Get(std::string_view name) {
  static const std::string kText = absl::StrCat(ToAbsl(kSelect), " WHERE d.id = $1");
  ASSIGN_OR_RETURN(const sql::Result found, connection_.Query(kText, {name}));
  if (found.rows.empty()) return NotFoundError(name);
  return FromRow(found.rows[0]);
}

absl::StatusOr<std::vector<v1::Delivery>> Deliveries::List(const DeliveryQuery& query) {
  Conditions where;
  AddQuery(query, &where);
  const std::string limit = where.Limit(query.limit);
  const std::string text =
      absl::StrCat(ToAbsl(kSelect), where.text(), " ORDER BY d.created DESC, d.id DESC", limit);
  ASSIGN_OR_RETURN(const sql::Result found, connection_.Query(text, where.Take()));
  std::vector<v1::Delivery> deliveries;
  for (const sql::Row& row : found.rows) deliveries.push_back(FromRow(row));
  return deliveries;
}

absl::StatusOr<std::vector<v1::Attempt>> Deliveries::Attempts(std::string_view name) {
  ASSIGN_OR_RETURN(const sql::Result delivery,
                   connection_.Query("SELECT 1 FROM delivery WHERE id = $1", {name}));
  if (delivery.rows.empty()) return NotFoundError(name);
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
