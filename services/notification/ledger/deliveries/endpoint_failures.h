#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/sql/connection.h"

namespace clusterwire::notification {

// Since when nothing has succeeded at an endpoint; survives restarts, as days matter here.
class EndpointFailures {
 public:
  explicit EndpointFailures(sql::Connection& connection) : connection_(connection) {}

  // Gives the time of the first failure since the last success.
  absl::StatusOr<absl::Time> Add(std::string_view endpoint, absl::Time now);
  // After a success, and after the 410 that switches the endpoint off.
  absl::Status Clear(std::string_view endpoint);

 private:
  sql::Connection& connection_;
};

}  // namespace clusterwire::notification
