#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clusterwire/notification/v1/inbox.pb.h"

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

}  // namespace clusterwire::notification
