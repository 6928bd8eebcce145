#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "libs/sql/database.h"

namespace clusterwire::sql {

// A PostgreSQL server, by libpq. `url` is what libpq takes.
absl::StatusOr<std::unique_ptr<Database>> OpenPostgres(const std::string& url,
                                                       const Options& options);

}  // namespace clusterwire::sql
