#pragma once

#include <map>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/notification/delivery/result.h"
#include "services/notification/ledger/ledger.h"

namespace clusterwire::notification {

// Writes what came of deliveries into the ledger, all in one transaction; may be repeated. Gives
// the endpoints that failed, with the time since when nothing has succeeded there; it doesn't reach
// back behind the moment at which the endpoint was made or switched on again.
absl::StatusOr<std::map<std::string, absl::Time>> RecordResults(Ledger& ledger,
                                                                std::span<const Result> results);

}  // namespace clusterwire::notification
