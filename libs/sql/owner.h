#pragma once

#include <string_view>

#include "absl/status/status.h"

#include "libs/sql/database.h"

// Whose tables a database holds: two services in one would take each other's for their own.
namespace clusterwire::sql {

// Notes that they are those of `owner` ("catalogue"). FAILED_PRECONDITION, reason
// DATABASE_OF_ANOTHER, where they are another's.
absl::Status Claim(Database& database, std::string_view owner);

// The same error where that can be seen without a network and without a change: `url` names a
// SQLite file that is there, and is another's. Else OK.
absl::Status CheckOwner(std::string_view url, std::string_view owner);

}  // namespace clusterwire::sql
