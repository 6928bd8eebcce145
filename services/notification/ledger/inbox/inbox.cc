#include "services/notification/ledger/inbox/inbox.h"

#include <algorithm>
#include <utility>

#include "libs/base/status/error.h"
#include "libs/sql/many_rows.h"

namespace clusterwire::notification {

namespace {

// The statements of inboxes that are full come at different items for each, so that thousands that
// hear the same aren't cut by the same change.
int64_t PhaseOf(std::string_view subscriber) {
  uint64_t phase = 0;
  for (const char c : subscriber) phase = phase * 31 + static_cast<unsigned char>(c);
  return static_cast<int64_t>(phase % Inbox::kDroppedAtOnce);
}

// By subscriber.
using Counts = std::map<std::string, int64_t>;

absl::StatusOr<Counts> CountUp(sql::Connection& connection, const Counts& added) {
  static const sql::ManyRows kCount(
      "INSERT INTO inbox (subscriber, last_sequence) VALUES {rows} ON CONFLICT (subscriber)"
      " DO UPDATE SET last_sequence = inbox.last_sequence + excluded.last_sequence"
      " RETURNING subscriber, last_sequence",
      "(?, ?)");
  std::vector<sql::Value> values;
  for (const auto& [subscriber, count] : added) {
    values.emplace_back(subscriber);
    values.emplace_back(count);
  }
  ASSIGN_OR_RETURN(const sql::Result counted, kCount.Run(connection, std::move(values)));
  Counts last;
  for (const sql::Row& row : counted.rows) last[row.Text(0)] = row.Int(1);
  if (last.size() != added.size()) return absl::InternalError("an inbox was not counted up");
  return last;
}

}  // namespace

absl::Status Inbox::Append(std::vector<InboxEntry> entries) {
  static const sql::ManyRows kAdd(
      "INSERT INTO inbox_item (subscriber, sequence, change_id, added, seen_by, item)"
      " VALUES {rows}",
      "(?, ?, ?, ?, ?, ?)");
  if (entries.empty()) return absl::OkStatus();
  Counts added;
  for (const InboxEntry& entry : entries) ++added[entry.subscriber];
  ASSIGN_OR_RETURN(const Counts last, CountUp(connection_, added));
  Counts next;
  for (const auto& [subscriber, count] : added) next[subscriber] = last.at(subscriber) - count;
  // Neighbours in the tables, since they are kept by these.
  std::ranges::stable_sort(entries, {}, &InboxEntry::subscriber);
  std::vector<sql::Value> values;
  for (InboxEntry& entry : entries) {
    const int64_t sequence = ++next[entry.subscriber];
    entry.item.set_sequence(sequence);
    entry.item.clear_change();
    sql::AddRow(values, entry.subscriber, sequence, entry.change_id, absl::ToUnixMicros(entry.time),
                entry.seen_by, sql::Bytes{entry.item.SerializeAsString()});
  }
  RETURN_IF_ERROR(kAdd.Run(connection_, std::move(values)).status());
  for (const auto& [subscriber, count] : added) {
    RETURN_IF_ERROR(Trim(subscriber, last.at(subscriber), count, entries.back().time));
  }
  return absl::OkStatus();
}

absl::Status Inbox::Trim(std::string_view subscriber, int64_t last, int64_t added, absl::Time now) {
  const int64_t through = last - (kMostItems - kDroppedAtOnce);
  const int64_t phase = PhaseOf(subscriber);
  const bool due =
      (last + phase) / kDroppedAtOnce != (last - added + phase) / kDroppedAtOnce && through > 0;
  if (!due) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const sql::Result unread,
      connection_.Query("SELECT COUNT(*) FROM inbox_item i JOIN inbox b ON"
                        " b.subscriber = i.subscriber WHERE i.subscriber = $1"
                        " AND i.sequence <= $2 AND i.sequence > b.read_through AND NOT EXISTS"
                        " (SELECT 1 FROM inbox_read r WHERE r.subscriber = i.subscriber"
                        " AND r.sequence = i.sequence)",
                        {subscriber, through}));
  RETURN_IF_ERROR(connection_.Execute(
      "UPDATE inbox SET dropped_since = CASE WHEN dropped = 0 THEN $4 ELSE dropped_since END,"
      " dropped = dropped + $3, dropped_through = $2 WHERE subscriber = $1",
      {subscriber, through, unread.rows.at(0).Int(0), absl::ToUnixMicros(now)}));
  for (const char* text : {"DELETE FROM inbox_item WHERE subscriber = $1 AND sequence <= $2",
                           "DELETE FROM inbox_read WHERE subscriber = $1 AND sequence <= $2"}) {
    RETURN_IF_ERROR(connection_.Execute(text, {subscriber, through}));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::InboxItem>> Inbox::After(std::string_view subscriber,
                                                        int64_t sequence, int limit) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT i.item, r.payload, CASE WHEN i.sequence <="
                                     " b.read_through OR EXISTS (SELECT 1 FROM inbox_read d WHERE"
                                     " d.subscriber = i.subscriber AND d.sequence = i.sequence)"
                                     " THEN 1 ELSE 0 END"
                                     " FROM inbox_item i LEFT JOIN record r ON r.id = i.change_id"
                                     " JOIN inbox b ON b.subscriber = i.subscriber"
                                     " WHERE i.subscriber = $1 AND i.sequence > $2"
                                     " ORDER BY i.sequence LIMIT $3",
                                     {subscriber, sequence, limit}));
  std::vector<v1::InboxItem> items;
  for (const sql::Row& row : found.rows) {
    v1::InboxItem& item = items.emplace_back();
    const bool parsed = item.ParseFromString(row.Bytes(0));
    item.set_read(row.Int(2) != 0);
    if (parsed && !item.endpoint().empty()) continue;  // an owner's notice tells of no change
    if (!parsed || row.IsNull(1) || !item.mutable_change()->ParseFromString(row.Bytes(1))) {
      return absl::DataLossError("an inbox item can't be parsed");
    }
    if (item.transition() == v1::TRANSITION_LEFT) {
      item.mutable_change()->clear_after();
      item.mutable_change()->clear_resource();
    }
  }
  return items;
}

absl::StatusOr<InboxSummary> Inbox::Summary(std::string_view subscriber, absl::Time since) {
  ASSIGN_OR_RETURN(
      const sql::Result unread,
      connection_.Query("SELECT i.seen_by, COUNT(*) FROM inbox_item i JOIN inbox b ON"
                        " b.subscriber = i.subscriber WHERE i.subscriber = $1 AND i.added >= $2"
                        " AND i.sequence > b.read_through AND NOT EXISTS (SELECT 1 FROM inbox_read"
                        " r WHERE r.subscriber = i.subscriber AND r.sequence = i.sequence)"
                        " GROUP BY i.seen_by",
                        {subscriber, absl::ToUnixMicros(since)}));
  ASSIGN_OR_RETURN(
      const sql::Result dropped,
      connection_.Query("SELECT dropped, dropped_since FROM inbox WHERE subscriber = $1",
                        {subscriber}));
  InboxSummary summary;
  for (const sql::Row& row : unread.rows) summary.unread[row.Text(0)] = row.Int(1);
  if (!dropped.rows.empty()) {
    summary.dropped = dropped.rows[0].Int(0);
    summary.dropped_since = absl::FromUnixMicros(dropped.rows[0].Int(1));
  }
  return summary;
}

absl::StatusOr<int64_t> Inbox::DroppedThrough(std::string_view subscriber) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT dropped_through FROM inbox WHERE subscriber = $1", {subscriber}));
  return found.rows.empty() ? 0 : found.rows[0].Int(0);
}

absl::StatusOr<std::vector<std::string>> Inbox::Full(int limit) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT subscriber FROM inbox WHERE dropped > 0"
                                     " ORDER BY subscriber LIMIT $1",
                                     {limit}));
  std::vector<std::string> subscribers;
  for (const sql::Row& row : found.rows) subscribers.push_back(row.Text(0));
  return subscribers;
}

absl::Status Inbox::MarkReadThrough(std::string_view subscriber, int64_t sequence) {
  RETURN_IF_ERROR(connection_.Execute(
      "UPDATE inbox SET read_through = $2, dropped = CASE WHEN dropped_through <= $2 THEN 0"
      " ELSE dropped END WHERE subscriber = $1 AND read_through < $2 AND last_sequence >= $2",
      {subscriber, sequence}));
  return connection_.Execute(
      "DELETE FROM inbox_read WHERE subscriber = $1 AND sequence <= (SELECT read_through"
      " FROM inbox WHERE subscriber = $1)",
      {subscriber});
}

absl::Status Inbox::MarkRead(std::string_view subscriber, const std::vector<int64_t>& sequences) {
  static const sql::ManyRows kMark(
      "WITH asked(named, number) AS (VALUES {rows}) INSERT INTO inbox_read (subscriber, sequence)"
      " SELECT named, number FROM asked WHERE EXISTS (SELECT 1 FROM inbox_item i JOIN inbox b ON"
      " b.subscriber = i.subscriber WHERE i.subscriber = named AND i.sequence = number"
      " AND i.sequence > b.read_through) ON CONFLICT (subscriber, sequence) DO NOTHING",
      "(CAST(? AS TEXT), CAST(? AS BIGINT))");
  std::vector<sql::Value> values;
  for (const int64_t sequence : sequences) {
    values.emplace_back(subscriber);
    values.emplace_back(sequence);
  }
  return kMark.Run(connection_, std::move(values)).status();
}

absl::Status Inbox::Forget(std::string_view subscriber) {
  for (const char* text : {"DELETE FROM inbox_item WHERE subscriber = $1",
                           "DELETE FROM inbox_read WHERE subscriber = $1",
                           "UPDATE inbox SET dropped = 0 WHERE subscriber = $1"}) {
    RETURN_IF_ERROR(connection_.Execute(text, {subscriber}));
  }
  return absl::OkStatus();
}

InboxSignal::Waiter::Waiter(InboxSignal& signal, std::string_view subscriber,
                            std::function<void()> wake)
    : signal_(signal) {
  MutexLock lock(signal_.mutex_);
  place_ = signal_.waiting_.emplace(subscriber, std::move(wake));
}

InboxSignal::Waiter::~Waiter() {
  MutexLock lock(signal_.mutex_);
  signal_.waiting_.erase(place_);
}

void InboxSignal::Notify(std::string_view subscriber) {
  MutexLock lock(mutex_);
  const auto [first, last] = waiting_.equal_range(subscriber);
  for (auto waiter = first; waiter != last; ++waiter) waiter->second();
}

}  // namespace clusterwire::notification
