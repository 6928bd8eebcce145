#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clusterwire/notification/v1/inbox.pb.h"

#include "libs/base/threads/mutex.h"
#include "libs/sql/connection.h"

namespace clusterwire::notification {

// Notices that wait to be fetched, numbered from 1 for each subscriber. The number is counted up in
// the transaction that inserts, under the subscriber's lock, so items become visible in the order
// of their numbers: a reader that goes on from a cursor misses none that commits late.
class Inbox {
 public:
  explicit Inbox(sql::Connection& connection) : connection_(connection) {}

  // Adds the item under the next number and gives that; an item for the same delivery is there
  // once, however often it is added. `item.change` is left out: it is read from the record.
  absl::StatusOr<int64_t> Append(std::string_view subscriber, std::string_view change_id,
                                 v1::InboxItem item);
  // In order, whole; but of what *left* the image before alone, as everywhere that it is told.
  absl::StatusOr<std::vector<v1::InboxItem>> After(std::string_view subscriber, int64_t sequence,
                                                   int limit);
  // For a subscriber that was deleted. Numbers go on where they were, should the name come back.
  absl::Status Forget(std::string_view subscriber);

 private:
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
