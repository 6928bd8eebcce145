#include "services/notification/ledger/inbox/owner_notices.h"

#include <utility>
#include <vector>

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
  std::vector<InboxEntry> entries(1);
  entries[0] = {.subscriber = std::string(subscriber), .time = now, .item = std::move(item)};
  RETURN_IF_ERROR(Inbox(connection_).Append(std::move(entries)));
  return true;
}

absl::Status OwnerNotices::RemoveOld(absl::Time horizon) {
  RETURN_IF_ERROR(connection_.Execute("DELETE FROM inbox_item WHERE change_id = '' AND added < $1",
                                      {absl::ToUnixMicros(horizon)}));
  return connection_.Execute("DELETE FROM owner_notice WHERE created < $1",
                             {absl::ToUnixMicros(horizon)});
}

}  // namespace clusterwire::notification
