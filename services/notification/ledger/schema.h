#pragma once

#include "absl/status/status.h"

#include "libs/sql/database.h"

namespace clusterwire::notification {

// Creates or updates the ledger's tables. They never meet the store's: on SQLite they have a file
// of their own, on PostgreSQL other names.
absl::Status MigrateLedger(sql::Database& database);

}  // namespace clusterwire::notification
