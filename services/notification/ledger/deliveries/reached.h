#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/notification/v1/delivery.pb.h"

#include "libs/sql/connection.h"

namespace clusterwire::notification {

// What is looked at of one resource: the newest of its changes.
inline constexpr int kMostReachChanges = 100;
inline constexpr int64_t kMostReachDeliveries = 200'000;

// Calls `visit` with each delivery of the changes of the resource that arrived before `until`, and
// gives how many changes those are.
using VisitReached = std::function<void(const std::string& subscription,
                                        const std::string& endpoint, v1::Delivery::State state)>;
absl::StatusOr<int> ForEachReached(sql::Connection& connection, std::string_view resource,
                                   absl::Time until, const VisitReached& visit);

}  // namespace clusterwire::notification
