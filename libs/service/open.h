#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "libs/sql/database.h"

namespace clusterwire::service {

// Opens what the option `option` ("database.url") names. The error tells the operator of the
// service what to mend, without the URL, which may hold a password.
absl::StatusOr<std::unique_ptr<sql::Database>> OpenDatabase(std::string_view option,
                                                            const std::string& url,
                                                            const sql::Options& options);

// What to do where the disk of the database that `option` names is full.
std::string RemedyForFullDisk(std::string_view option);

}  // namespace clusterwire::service
