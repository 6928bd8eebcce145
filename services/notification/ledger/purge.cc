#include "services/notification/ledger/purge.h"

#include <string>

namespace clusterwire::notification {
namespace {

absl::Status PurgeRecord(sql::Connection& connection, const std::string& id) {
  for (const char* text :
       {"DELETE FROM attempt WHERE delivery IN (SELECT id FROM delivery WHERE change_id = $1)",
        "DELETE FROM delivery WHERE change_id = $1", "DELETE FROM inbox_item WHERE change_id = $1",
        "DELETE FROM record WHERE id = $1"}) {
    RETURN_IF_ERROR(connection.Execute(text, {id}));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int64_t> PurgeRecords(Ledger& ledger, absl::Time horizon, int limit) {
  return ledger.Write([&](sql::Connection& connection) -> absl::StatusOr<int64_t> {
    ASSIGN_OR_RETURN(
        const sql::Result old,
        connection.Query("SELECT id FROM record WHERE received < $1 AND closed = 1"
                         " AND NOT EXISTS (SELECT 1 FROM delivery WHERE change_id = record.id"
                         " AND state = 1) ORDER BY received LIMIT $2",
                         {absl::ToUnixMicros(horizon), limit}));
    for (const sql::Row& row : old.rows) {
      RETURN_IF_ERROR(PurgeRecord(connection, row.Text(0)));
    }
    return static_cast<int64_t>(old.rows.size());
  });
}

}  // namespace clusterwire::notification
