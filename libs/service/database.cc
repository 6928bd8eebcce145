#include "libs/service/database.h"

#include "absl/strings/str_cat.h"

#include "libs/base/strings.h"

namespace clusterwire::service {

absl::StatusOr<std::unique_ptr<sql::Database>> OpenDatabase(std::string_view option,
                                                            const std::string& url,
                                                            const sql::Options& options) {
  auto database = sql::Database::Open(url, options);
  if (database.ok()) return database;
  const absl::string_view remedy =
      absl::IsUnavailable(database.status()) ? "start the database, or mend " : "mend ";
  return absl::Status(database.status().code(),
                      absl::StrCat(ToAbsl(option), ": ", database.status().message(), "; ", remedy,
                                   ToAbsl(option), " in the configuration"));
}

}  // namespace clusterwire::service
