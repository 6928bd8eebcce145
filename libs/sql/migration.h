#pragma once

#include <span>
#include <string_view>

#include "absl/status/status.h"

#include "libs/sql/database.h"

namespace clusterwire::sql {

// One step of a schema. `script` is written once for both databases with the column types `{int}`,
// `{text}` (compares by bytes on both) and `{bytes}`. A landed step is never edited.
struct Migration {
  int version;  // 1, 2, 3, …
  std::string_view script;
};

// Brings the tables of `component` up to the newest of `steps`, in one transaction under a lock,
// so that replicas may start at the same time: on PostgreSQL a step may take 10 minutes, and as
// long does another process wait for it. A schema that is newer than this program is
// FAILED_PRECONDITION, reason SCHEMA_TOO_NEW.
absl::Status Migrate(Database& database, std::string_view component,
                     std::span<const Migration> steps);

}  // namespace clusterwire::sql
