#include "services/notification/delivery/recorder.h"

#include <algorithm>

#include "libs/base/status/status_macros.h"
#include "libs/base/time/timestamp.h"
#include "services/notification/ledger/endpoint_failures.h"

namespace clusterwire::notification {

absl::StatusOr<std::map<std::string, absl::Time>> RecordResults(Ledger& ledger,
                                                                std::span<const Result> results) {
  using Failing = std::map<std::string, absl::Time>;
  return ledger.Write([&](sql::Connection& connection) -> absl::StatusOr<Failing> {
    Failing failing;
    for (const Result& result : results) {
      RETURN_IF_ERROR(Deliveries(connection).Settle(result.settlement));
      const std::string& endpoint = result.job->delivery.endpoint;
      if (result.health == Result::Health::kGood || result.disable_endpoint) {
        RETURN_IF_ERROR(EndpointFailures(connection).Clear(endpoint));
        failing.erase(endpoint);
      } else if (result.health == Result::Health::kBad) {
        ASSIGN_OR_RETURN(const absl::Time since,
                         EndpointFailures(connection).Add(endpoint, result.settlement.time));
        // It is written when it is made and when it is switched on: older failures are forgiven.
        failing[endpoint] = std::max(since, ToTime(result.job->endpoint->update_time()));
      }
    }
    return failing;
  });
}

}  // namespace clusterwire::notification
