#include "services/notification/ledger/deliveries/endpoint_failures.h"

#include "libs/base/status/error.h"

namespace clusterwire::notification {

absl::StatusOr<absl::Time> EndpointFailures::Add(std::string_view endpoint, absl::Time now) {
  ASSIGN_OR_RETURN(const sql::Result counted,
                   connection_.Query("INSERT INTO endpoint_failure (endpoint, since, failures)"
                                     " VALUES ($1, $2, 1) ON CONFLICT (endpoint) DO UPDATE SET"
                                     " failures = endpoint_failure.failures + 1 RETURNING since",
                                     {endpoint, absl::ToUnixMicros(now)}));
  if (counted.rows.empty()) return absl::InternalError("the failure was not counted");
  return absl::FromUnixMicros(counted.rows[0].Int(0));
}

absl::Status EndpointFailures::Clear(std::string_view endpoint) {
  return connection_.Execute("DELETE FROM endpoint_failure WHERE endpoint = $1", {endpoint});
}

}  // namespace clusterwire::notification
