#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/notification/v1/inbox.pb.h"

#include "libs/sql/connection.h"

namespace clusterwire::notification {

// What a subscriber is told about its own endpoints. It is no change of the catalogue, so it has no
// record and no delivery, and stands beside the ledger's balance: an item in the inbox and a row
// that says that it was told.
class OwnerNotices {
 public:
  explicit OwnerNotices(sql::Connection& connection) : connection_(connection) {}

  // Puts the item into the subscriber's inbox, once for each id. False when it was there.
  absl::StatusOr<bool> Tell(std::string_view id, std::string_view subscriber, v1::InboxItem item,
                            absl::Time now);
  // Those told before `horizon`, with their items.
  absl::Status RemoveOld(absl::Time horizon);

 private:
  sql::Connection& connection_;
};

}  // namespace clusterwire::notification
