#pragma once

#include "absl/status/status.h"

#include "libs/base/random.h"
#include "libs/sql/database.h"
#include "libs/store/registry.h"

namespace clusterwire::store {

// Creates or migrates the tables, begins the first history and files the changes that an earlier
// release wrote.
absl::Status CreateSchema(sql::Database& database, const Registry& registry, Random& random);

}  // namespace clusterwire::store
