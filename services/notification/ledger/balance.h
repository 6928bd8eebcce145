#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "clusterwire/notification/v1/delivery.pb.h"

#include "libs/sql/connection.h"

namespace clusterwire::notification {

// Adds the ledger up. `matched` was counted by the matcher, the rest are rows, so a lost or doubled
// row shows as a difference. All of it is one look at one state of the database; over everything
// kept it reads whole tables: for an operator who asks. What runs by itself asks the Audit.
class Balance {
 public:
  explicit Balance(sql::Connection& connection) : connection_(connection) {}

  // NOT_FOUND when the change (a ce_id) is not kept.
  absl::StatusOr<v1::GetBalanceResponse> Of(std::string_view change);
  absl::StatusOr<v1::GetBalanceResponse> OfAll();
  // Deliveries to be handed over, counted in an index.
  absl::StatusOr<int64_t> Pending();

 private:
  sql::Connection& connection_;
};

// The reason of a suppressed delivery, empty for others: of one that names another delivery only
// what stands before that, so that there are few.
inline constexpr char kWhy[] =
    "CASE WHEN state <> 3 THEN '' WHEN reason LIKE 'merged: %' THEN 'merged'"
    " WHEN reason LIKE 'digest: %' THEN 'digest' ELSE reason END";

// For both: counts deliveries in that state; `reason` of suppressed ones.
void AddDeliveries(int64_t state, const std::string& reason, int64_t count,
                   v1::GetBalanceResponse* balance);
// Once all is counted.
void SetDifference(v1::GetBalanceResponse* balance);

}  // namespace clusterwire::notification
