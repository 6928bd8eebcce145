#include "services/notification/ledger/inbox/owner_notices.h"

#include <utility>

#include "libs/base/status/error.h"
#include "services/notification/ledger/inbox/inbox.h"

namespace clusterwire::notification {

absl::StatusOr<bool> OwnerNotices::Tell(std::string_view id, std::string_view subscriber,
                                        v1::InboxItem item, absl::Time now) {
  ASSIGN_OR_RETURN(const sql::Result added,
                   connection_.Query("INSERT INTO owner_notice (id, created) VALUES ($1, $2)"
                                     " ON CONFLICT (id) DO NOTHING",
                                     {id, absl::ToUnixMicros(now)}));
  if (added.affected == 0) return false;
  // The inbox knows items by their deliveries.
  item.set_delivery(std::string(id));
  RETURN_IF_ERROR(Inbox(connection_).Append(subscriber, "", std::move(item)).status());
  return true;
}

absl::Status OwnerNotices::RemoveOld(absl::Time horizon) {
  RETURN_IF_ERROR(connection_.Execute(
      "DELETE FROM inbox_item WHERE delivery IN (SELECT id FROM owner_notice WHERE created < $1)",
      {absl::ToUnixMicros(horizon)}));
  return connection_.Execute("DELETE FROM owner_notice WHERE created < $1",
                             {absl::ToUnixMicros(horizon)});
}

}  // namespace clusterwire::notification
