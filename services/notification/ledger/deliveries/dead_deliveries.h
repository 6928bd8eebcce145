#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/sql/connection.h"

namespace clusterwire::notification {

// What was given up, by where it should have gone.
struct DeadDeliveries {
  struct AtEndpoint {
    std::string endpoint;
    int64_t count = 0;
    std::string example;  // a delivery's name
    std::string reason;   // of that one
  };
  int64_t count = 0;
  std::vector<AtEndpoint> most;  // the endpoints with the most
};

// `limit` is how many endpoints are told.
absl::StatusOr<DeadDeliveries> CountDeadDeliveries(sql::Connection& connection, int limit);

}  // namespace clusterwire::notification
