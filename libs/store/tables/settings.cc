#include "libs/store/tables/settings.h"

#include "libs/base/status/error.h"

namespace clusterwire::store {

absl::StatusOr<int64_t> Settings::Get(std::string_view name) const {
  ASSIGN_OR_RETURN(const sql::Result result,
                   connection_.Query("SELECT value FROM setting WHERE name = $1", {name}));
  return result.rows.empty() ? 0 : result.rows[0].Int(0);
}

absl::Status Settings::Set(std::string_view name, int64_t value) const {
  return connection_.Execute(
      "INSERT INTO setting(name, value) VALUES($1, $2) "
      "ON CONFLICT(name) DO UPDATE SET value = excluded.value",
      {name, value});
}

absl::StatusOr<int64_t> Settings::Keep(std::string_view name, int64_t value) const {
  RETURN_IF_ERROR(connection_.Execute(
      "INSERT INTO setting(name, value) VALUES($1, $2) ON CONFLICT(name) DO NOTHING",
      {name, value}));
  return Get(name);
}

}  // namespace clusterwire::store
