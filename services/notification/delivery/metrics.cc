#include "services/notification/delivery/metrics.h"

#include <string>

#include "libs/base/time/clock.h"

namespace clusterwire::notification {
namespace {

telemetry::Counter Ended(telemetry::Metrics& metrics, const std::string& outcome) {
  return metrics.GetCounter("clusterwire_deliveries_total",
                            "Deliveries by how a look at them ended", {{"outcome", outcome}});
}

}  // namespace

DeliveryMetrics::DeliveryMetrics(telemetry::Metrics& metrics)
    : delivered(Ended(metrics, "delivered")),
      postponed(Ended(metrics, "postponed")),
      dead(Ended(metrics, "dead")),
      suppressed(Ended(metrics, "suppressed")),
      endpoints_disabled(metrics.GetCounter("clusterwire_delivery_endpoints_disabled_total",
                                            "Endpoints that were switched off")),
      ledger_errors(metrics.GetCounter("clusterwire_delivery_ledger_errors_total",
                                       "Reads and writes of the ledger that failed")),
      left_in_ledger(
          metrics.GetCounter("clusterwire_delivery_left_in_ledger_total",
                             "Deliveries left in the ledger for later, memory being full")),
      in_flight(metrics.GetGauge("clusterwire_delivery_in_flight", "Tries under way")),
      loaded(metrics.GetGauge("clusterwire_delivery_loaded", "Pending deliveries in memory")),
      attempt_seconds(
          metrics.GetHistogram("clusterwire_delivery_attempt_seconds", "How long tries took")),
      latency_seconds(metrics.GetHistogram("clusterwire_delivery_latency_seconds",
                                           "From a change's arrival to its delivery")) {}

void DeliveryMetrics::Count(const DeliveryResult& result, absl::Time created) {
  if (result.attempt) attempt_seconds.Observe(result.time - ToTime(result.attempt->time()));
  switch (result.state) {
    case v1::Delivery::STATE_DELIVERED:
      delivered.Add();
      latency_seconds.Observe(result.time - created);
      break;
    case v1::Delivery::STATE_SUPPRESSED:
      suppressed.Add();
      break;
    case v1::Delivery::STATE_DEAD:
      dead.Add();
      break;
    default:
      postponed.Add();
      break;
  }
}

}  // namespace clusterwire::notification
