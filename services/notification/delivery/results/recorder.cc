#include "services/notification/delivery/results/recorder.h"

#include <algorithm>
#include <set>

#include "libs/base/status/status_macros.h"
#include "libs/base/time/timestamp.h"
#include "services/notification/ledger/deliveries/endpoint_failures.h"

namespace clusterwire::notification {
namespace {

using Failing = std::map<std::string, absl::Time>;

// The endpoints of one transaction: each success is noted once in a row.
class Endpoints {
 public:
  explicit Endpoints(sql::Connection& connection) : failures_(connection) {}

  absl::Status Note(const DeliveryResult& result, const Job& job) {
    const std::string& endpoint = job.delivery.endpoint;
    if (result.health == EndpointHealth::kGood || result.disable_endpoint) {
      failing_.erase(endpoint);
      return cleared_.insert(endpoint).second ? failures_.Clear(endpoint) : absl::OkStatus();
    }
    if (result.health == EndpointHealth::kUnknown) return absl::OkStatus();
    cleared_.erase(endpoint);
    ASSIGN_OR_RETURN(const absl::Time since, failures_.Add(endpoint, result.time));
    // It is written when it is made and when it is switched on: older failures are forgiven.
    failing_[endpoint] = std::max(since, ToTime(job.endpoint->update_time()));
    return absl::OkStatus();
  }
  Failing TakeFailing() { return std::move(failing_); }

 private:
  EndpointFailures failures_;
  Failing failing_;
  std::set<std::string> cleared_;
};

}  // namespace

absl::StatusOr<std::map<std::string, absl::Time>> RecordResults(
    Ledger& ledger, const Channels& channels, std::span<const DeliveryResult> results,
    const Jobs& jobs) {
  return ledger.Write([&](sql::Connection& connection) -> absl::StatusOr<Failing> {
    Endpoints endpoints(connection);
    for (const DeliveryResult& result : results) {
      const Job& job = *jobs.at(result.delivery);
      RETURN_IF_ERROR(Deliveries(connection).SetResult(result));
      if (!result.attempt) continue;
      Channel& channel = *channels.at(job.endpoint->channel_case());
      if (channel.has_receiver()) RETURN_IF_ERROR(endpoints.Note(result, job));
      if (result.state == v1::Delivery::STATE_DELIVERED) {
        RETURN_IF_ERROR(channel.Write(connection, job));
      }
    }
    return endpoints.TakeFailing();
  });
}

}  // namespace clusterwire::notification
