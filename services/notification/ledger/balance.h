#pragma once

#include <string_view>

#include "absl/status/statusor.h"

#include "clusterwire/notification/v1/delivery.pb.h"

#include "libs/sql/connection.h"

namespace clusterwire::notification {

// Adds the ledger up. `matched` was counted by the matcher, the rest are rows, so a lost or doubled
// row shows as a difference. All of it is one look at one state of the database; over everything
// kept it reads the whole table, so ask at intervals.
class Balance {
 public:
  explicit Balance(sql::Connection& connection) : connection_(connection) {}

  // NOT_FOUND when the change (a ce_id) is not kept.
  absl::StatusOr<v1::GetBalanceResponse> Of(std::string_view change);
  absl::StatusOr<v1::GetBalanceResponse> OfAll();

 private:
  sql::Connection& connection_;
};

}  // namespace clusterwire::notification
