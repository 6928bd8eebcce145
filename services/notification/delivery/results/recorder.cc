#include "services/notification/delivery/results/recorder.h"

#include <algorithm>

#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "services/notification/ledger/deliveries/endpoint_failures.h"

namespace clusterwire::notification {
absl::StatusOr<std::map<std::string, absl::Time>> RecordResults(
    Ledger& ledger, const Channels& channels, std::span<const DeliveryResult> results,
    const Jobs& jobs) {
  using Failing = std::map<std::string, absl::Time>;
  return ledger.Write([&](sql::Connection& connection) -> absl::StatusOr<Failing> {
    Failing failing;
    for (const DeliveryResult& result : results) {
      RETURN_IF_ERROR(Deliveries(connection).SetResult(result));
      if (!result.attempt) continue;
      const Job& job = *jobs.at(result.delivery);
      Channel& channel = *channels.at(job.endpoint->channel_case());
      if (result.state == v1::Delivery::STATE_DELIVERED) {
        RETURN_IF_ERROR(channel.Write(connection, job));
      }
      if (!channel.has_receiver()) continue;
      const std::string& endpoint = job.delivery.endpoint;
      if (result.health == EndpointHealth::kGood || result.disable_endpoint) {
        RETURN_IF_ERROR(EndpointFailures(connection).Clear(endpoint));
        failing.erase(endpoint);
      } else if (result.health == EndpointHealth::kBad) {
        ASSIGN_OR_RETURN(const absl::Time since,
                         EndpointFailures(connection).Add(endpoint, result.time));
        // It is written when it is made and when it is switched on: older failures are forgiven.
        failing[endpoint] = std::max(since, ToTime(job.endpoint->update_time()));
      }
    }
    return failing;
  });
}

}  // namespace clusterwire::notification
