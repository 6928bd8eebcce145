#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/sql/connection.h"

namespace clusterwire::notification {

// Notices that were given up, so that they are missing at an endpoint.
struct Gap {
  int count = 0;
  std::string last = {};  // a delivery's name
};

// What was given up at an endpoint about a root resource since something about it was handed over
// there: what is handed over next says so.
class GivenUp {
 public:
  explicit GivenUp(sql::Connection& connection) : connection_(connection) {}

  absl::Status Add(std::string_view endpoint, std::string_view root, std::string_view delivery);
  // The next was handed over.
  absl::Status Clear(std::string_view endpoint, std::string_view root);
  // It is to be handed over after all.
  absl::Status TakeBack(std::string_view endpoint, std::string_view root,
                        std::string_view delivery);
  absl::StatusOr<Gap> Find(std::string_view endpoint, std::string_view root);
  absl::StatusOr<std::vector<std::string>> Endpoints();
  // Those whose last delivery isn't kept any more.
  absl::Status RemoveOld();

 private:
  sql::Connection& connection_;
};

}  // namespace clusterwire::notification
