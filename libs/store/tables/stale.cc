#include "libs/store/tables/stale.h"

#include "libs/base/status/error.h"

namespace clusterwire::store {

absl::Status Stale::Add(const Entry& entry) const {
  none_ = false;
  return connection_.Execute(
      "INSERT INTO stale(name, cause, quiet) VALUES($1, $2, $3) ON CONFLICT(name) DO UPDATE SET "
      "quiet = CASE WHEN excluded.quiet = 0 THEN 0 ELSE stale.quiet END",
      {entry.name, entry.cause, entry.quiet});
}

absl::Status Stale::Remove(std::string_view name) const {
  return connection_.Execute("DELETE FROM stale WHERE name = $1", {name});
}

absl::StatusOr<bool> Stale::Has(std::string_view name) const {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT 1 FROM stale WHERE name = $1", {name}));
  return !found.rows.empty();
}

absl::StatusOr<bool> Stale::HasAny() const {
  if (none_) return false;
  ASSIGN_OR_RETURN(const sql::Result found, connection_.Query("SELECT 1 FROM stale LIMIT 1"));
  none_ = found.rows.empty();
  return !none_;
}

absl::StatusOr<std::vector<Stale::Entry>> Stale::Next(int limit) const {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT name, cause, quiet FROM stale ORDER BY name LIMIT $1", {limit}));
  std::vector<Entry> next;
  for (const sql::Row& row : found.rows) {
    Entry entry{row.Text(0), row.Text(1), row.Int(2) != 0};
    if (!next.empty() && entry.quiet != next.front().quiet) break;
    next.push_back(std::move(entry));
  }
  return next;
}

}  // namespace clusterwire::store
