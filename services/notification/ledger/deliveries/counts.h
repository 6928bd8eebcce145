#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "services/notification/ledger/deliveries/deliveries.h"

namespace clusterwire::notification {

// By what deliveries are counted, besides their state.
enum class CountBy { kNothing, kEndpoint, kChangeKind };

struct DeliveryCount {
  std::string key = {};  // an endpoint's name or a kind; empty by kNothing
  v1::Delivery::State state = v1::Delivery::STATE_UNSPECIFIED;
  std::string seen_by = {};  // who sees the changes that these are about: see seen_by.h
  int64_t count = 0;
};

struct DeliveryCounts {
  std::vector<DeliveryCount> counts = {};  // the largest first
  bool complete = true;                    // else there are more deliveries than were looked at
};

inline constexpr int64_t kMostCounted = 1'000'000;
inline constexpr int kMostCounts = 10'000;

// Of those that the query gives, its page left aside. `apart`: by who sees them, too.
absl::StatusOr<DeliveryCounts> CountDeliveries(sql::Connection& connection,
                                               const DeliveryQuery& query, CountBy by, bool apart);

}  // namespace clusterwire::notification
