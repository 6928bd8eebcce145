#pragma once

#include "absl/status/status.h"

#include "libs/base/random.h"
#include "libs/sql/database.h"

namespace clusterwire::store {

// Rows of the table `reader` that the store keeps for itself.
// The log is whole above its revision; compacted up to the one in its `partitions`.
inline constexpr char kCompactedReader[] = "store.compacted";
inline constexpr char kFactsWantedReader[] = "store.facts.wanted";  // the last change of code lists
inline constexpr char kFactsDoneReader[] = "store.facts.done";      // up to where Facts were redone

// Creates or migrates the tables and begins the first history.
absl::Status CreateSchema(sql::Database& database, Random& random);

}  // namespace clusterwire::store
