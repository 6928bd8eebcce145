#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "libs/sql/database.h"

namespace clusterwire::sql {

// A file in WAL mode with synchronous=FULL: an answered commit survives a power cut. Checkpoints,
// which copy the log into the file, run on a thread of their own, so that no writer pays for them.
absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const std::string& path,
                                                     const Options& options);

absl::Status CheckSqlitePath(std::string_view path);

}  // namespace clusterwire::sql
