#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/notification/channels/channels.h"
#include "services/notification/ledger/ledger.h"

namespace clusterwire::notification {

// By the names of their deliveries.
using Jobs = std::unordered_map<std::string, std::shared_ptr<const Job>>;

// Writes results into the ledger, with what channels put there, all in one transaction; may be
// repeated. Every result's job is in `jobs`. Gives the endpoints that failed, with the time since
// when nothing has succeeded there; it doesn't reach back behind the moment at which the endpoint
// was made or switched on again.
absl::StatusOr<std::map<std::string, absl::Time>> RecordResults(
    Ledger& ledger, const Channels& channels, std::span<const DeliveryResult> results,
    const Jobs& jobs);

}  // namespace clusterwire::notification
