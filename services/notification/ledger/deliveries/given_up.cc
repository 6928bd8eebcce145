#include "services/notification/ledger/deliveries/given_up.h"

#include "libs/base/status/error.h"

namespace clusterwire::notification {

absl::Status GivenUp::Add(std::string_view endpoint, std::string_view root,
                          std::string_view delivery) {
  return connection_.Execute(
      "INSERT INTO given_up (endpoint, root, notices, last) VALUES ($1, $2, 1, $3)"
      " ON CONFLICT (endpoint, root) DO UPDATE SET notices = given_up.notices + 1,"
      " last = excluded.last",
      {endpoint, root, delivery});
}

absl::Status GivenUp::Clear(std::string_view endpoint, std::string_view root) {
  return connection_.Execute("DELETE FROM given_up WHERE endpoint = $1 AND root = $2",
                             {endpoint, root});
}

absl::Status GivenUp::TakeBack(std::string_view endpoint, std::string_view root,
                               std::string_view delivery) {
  RETURN_IF_ERROR(connection_.Execute(
      "DELETE FROM given_up WHERE endpoint = $1 AND root = $2 AND last = $3 AND notices = 1",
      {endpoint, root, delivery}));
  return connection_.Execute(
      "UPDATE given_up SET notices = notices - 1 WHERE endpoint = $1 AND root = $2 AND last = $3",
      {endpoint, root, delivery});
}

absl::StatusOr<Gap> GivenUp::Find(std::string_view endpoint, std::string_view root) {
  ASSIGN_OR_RETURN(const sql::Result found, connection_.Query("SELECT notices, last FROM given_up"
                                                              " WHERE endpoint = $1 AND root = $2",
                                                              {endpoint, root}));
  if (found.rows.empty()) return Gap();
  return Gap{.count = static_cast<int>(found.rows[0].Int(0)), .last = found.rows[0].Text(1)};
}

absl::StatusOr<std::vector<std::string>> GivenUp::Endpoints() {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT DISTINCT endpoint FROM given_up ORDER BY endpoint"));
  std::vector<std::string> endpoints;
  for (const sql::Row& row : found.rows) endpoints.push_back(row.Text(0));
  return endpoints;
}

absl::Status GivenUp::RemoveOld() {
  return connection_.Execute(
      "DELETE FROM given_up WHERE NOT EXISTS (SELECT 1 FROM delivery WHERE id = given_up.last)");
}

}  // namespace clusterwire::notification
