#include "services/notification/ledger/inbox/inbox.h"

#include <utility>

#include "libs/base/status/error.h"

namespace clusterwire::notification {

absl::StatusOr<int64_t> Inbox::Append(std::string_view subscriber, std::string_view change_id,
                                      v1::InboxItem item) {
  ASSIGN_OR_RETURN(
      const sql::Result counted,
      connection_.Query(
          "INSERT INTO inbox (subscriber, last_sequence) SELECT $1, 1"
          " WHERE NOT EXISTS (SELECT 1 FROM inbox_item WHERE delivery = $2)"
          " ON CONFLICT (subscriber) DO UPDATE SET last_sequence = inbox.last_sequence + 1"
          " RETURNING last_sequence",
          {subscriber, item.delivery()}));
  if (counted.rows.empty()) {
    ASSIGN_OR_RETURN(const sql::Result present,
                     connection_.Query("SELECT sequence FROM inbox_item WHERE delivery = $1",
                                       {item.delivery()}));
    if (present.rows.empty()) return absl::InternalError("the inbox was not counted up");
    return present.rows[0].Int(0);
  }
  const int64_t sequence = counted.rows[0].Int(0);
  item.set_sequence(sequence);
  item.clear_change();
  RETURN_IF_ERROR(connection_.Execute(
      "INSERT INTO inbox_item (subscriber, sequence, delivery, change_id, item)"
      " VALUES ($1, $2, $3, $4, $5)",
      {subscriber, sequence, item.delivery(), change_id, sql::Bytes{item.SerializeAsString()}}));
  return sequence;
}

absl::StatusOr<std::vector<v1::InboxItem>> Inbox::After(std::string_view subscriber,
                                                        int64_t sequence, int limit) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT i.item, r.payload FROM inbox_item i"
                                     " LEFT JOIN record r ON r.id = i.change_id"
                                     " WHERE i.subscriber = $1 AND i.sequence > $2"
                                     " ORDER BY i.sequence LIMIT $3",
                                     {subscriber, sequence, limit}));
  std::vector<v1::InboxItem> items;
  for (const sql::Row& row : found.rows) {
    v1::InboxItem& item = items.emplace_back();
    const bool parsed = item.ParseFromString(row.Bytes(0));
    if (parsed && !item.endpoint().empty()) {
      item.clear_delivery();  // an owner's notice tells of no change
      continue;
    }
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

absl::Status Inbox::Forget(std::string_view subscriber) {
  return connection_.Execute("DELETE FROM inbox_item WHERE subscriber = $1", {subscriber});
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
