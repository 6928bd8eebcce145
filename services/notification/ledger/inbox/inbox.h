#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/notification/v1/inbox.pb.h"

#include "libs/base/threads/mutex.h"
#include "libs/sql/connection.h"

namespace clusterwire::notification {

// An item with what it is found by.
struct InboxEntry {
  std::string subscriber = {};
  std::string change_id = {};
  std::string seen_by = {};  // who sees the image that it tells: see records/seen_by.h
  absl::Time time = {};
  v1::InboxItem item = {};
};

// What is said of a whole inbox.
struct InboxSummary {
  // Unread, by who sees what they tell.
  std::map<std::string, int64_t> unread = {};
  // Unread ones that went, since then, because the inbox was full.
  int64_t dropped = 0;
  absl::Time dropped_since = {};
};

// Notices that wait to be fetched, numbered from 1 for each subscriber. The number is counted up in
// the transaction that inserts, under the subscriber's lock, so items become visible in the order
// of their numbers: a reader that goes on from a cursor misses none that commits late.
//
// An inbox holds at most kMostItems: the oldest go first, read or not, kDroppedAtOnce at a time.
class Inbox {
 public:
  static constexpr int64_t kMostItems = 20'000;
  static constexpr int64_t kDroppedAtOnce = 100;

  explicit Inbox(sql::Connection& connection) : connection_(connection) {}

  // Adds items, those of each subscriber in their order under its next numbers. Called once in a
  // transaction: inboxes are locked in the order of their names. Each belongs to a delivery that
  // this transaction makes delivered, which no other does. `item.change` is left out: it is read
  // from the record.
  absl::Status Append(std::vector<InboxEntry> entries);
  // In order, whole; but of what *left* the image before alone, as everywhere that it is told.
  absl::StatusOr<std::vector<v1::InboxItem>> After(std::string_view subscriber, int64_t sequence,
                                                   int limit);
  // Of what was added since `since`: what came before was another's of the same name.
  absl::StatusOr<InboxSummary> Summary(std::string_view subscriber, absl::Time since);
  // The number up to which items went because the inbox was full.
  absl::StatusOr<int64_t> DroppedThrough(std::string_view subscriber);

  // Subscribers, at most `limit`, whose inboxes dropped what was unread.
  absl::StatusOr<std::vector<std::string>> Full(int limit);

  // All up to this number; what was dropped of it is no more to be said.
  absl::Status MarkReadThrough(std::string_view subscriber, int64_t sequence);
  // These; numbers that are none do nothing.
  absl::Status MarkRead(std::string_view subscriber, const std::vector<int64_t>& sequences);

  // For a subscriber that was deleted. Numbers go on where they were, should the name come back.
  absl::Status Forget(std::string_view subscriber);

 private:
  // Makes room where the last `added` numbers ask for it.
  absl::Status Trim(std::string_view subscriber, int64_t last, int64_t added, absl::Time now);

  sql::Connection& connection_;
};

// Tells those who wait at an inbox that this process has put something there. What other processes
// put there is found by asking now and then. Safe for use from any thread.
class InboxSignal {
  using Waiting = std::multimap<std::string, std::function<void()>, std::less<>>;  // by subscriber

 public:
  // Waits as long as it lives; `wake` is called under a lock and must be quick.
  class Waiter {
   public:
    Waiter(InboxSignal& signal, std::string_view subscriber, std::function<void()> wake);
    ~Waiter();
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

   private:
    InboxSignal& signal_;
    Waiting::iterator place_;
  };

  void Notify(std::string_view subscriber);

 private:
  Mutex mutex_;
  Waiting waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::notification
