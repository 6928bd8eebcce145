#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/sql/database.h"

namespace clusterwire::sql {

// Removes from the database's files what was deleted from its tables: the tables are written anew,
// and the log of writes is emptied into them. SQLite: VACUUM and a checkpoint that cuts the log
// off. PostgreSQL: VACUUM FULL of the tables that the user owns, a new segment of the log, and a
// checkpoint. Writes wait meanwhile, on PostgreSQL reads too; it takes as long as copying the
// tables, and as much room once more. Changes no row.
//
// Gives what is left for the database's administrator, as statements with a reason: empty when
// nothing is. UNAVAILABLE, reason DATABASE_BUSY, when long reads keep the log from being emptied.
absl::StatusOr<std::vector<std::string>> Vacuum(Database& database);

}  // namespace clusterwire::sql
