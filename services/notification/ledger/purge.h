#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/notification/ledger/ledger.h"

namespace clusterwire::notification {

// Removes up to `limit` records that came before `horizon`, each with its deliveries, attempts and
// inbox items, in one transaction; never one that is open or has a delivery pending. Gives how many
// records; 0 when nothing is left to do.
absl::StatusOr<int64_t> PurgeRecords(Ledger& ledger, absl::Time horizon, int limit);

}  // namespace clusterwire::notification
