#pragma once

#include <algorithm>
#include <map>
#include <string>

#include "absl/time/time.h"

#include "libs/telemetry/metrics.h"
#include "services/notification/ledger/deliveries/deliveries.h"

namespace clusterwire::notification {

// What delivery counts. Handles: valid as long as the metrics they came from.
struct DeliveryMetrics {
  explicit DeliveryMetrics(telemetry::Metrics& metrics) : registry(metrics) {}

  void Count(const DeliveryResult& result, absl::Time created) {
    if (result.attempt) attempt_seconds.Observe(result.took);
    ended.at(result.state).Add();
    if (result.state == v1::Delivery::STATE_DELIVERED) {
      // The clock may have been set back in between.
      latency_seconds.Observe(std::max(absl::ZeroDuration(), result.time - created));
    }
  }
  telemetry::Counter Ended(const std::string& outcome) {
    return registry.GetCounter("clusterwire_deliveries_total",
                               "Deliveries by how a look at them ended", {{"outcome", outcome}});
  }

  telemetry::Metrics& registry;
  std::map<v1::Delivery::State, telemetry::Counter> ended = {
      {v1::Delivery::STATE_DELIVERED, Ended("delivered")},
      {v1::Delivery::STATE_PENDING, Ended("postponed")},
      {v1::Delivery::STATE_DEAD, Ended("dead")},
      {v1::Delivery::STATE_SUPPRESSED, Ended("suppressed")}};
  telemetry::Counter endpoints_disabled = registry.GetCounter(
      "clusterwire_delivery_endpoints_disabled_total", "Endpoints that were switched off");
  telemetry::Counter ledger_errors = registry.GetCounter(
      "clusterwire_delivery_ledger_errors_total", "Reads and writes of the ledger that failed");
  telemetry::Counter sweeps =
      registry.GetCounter("clusterwire_delivery_sweeps_total",
                          "Looks through the ledger for all that is pending, that ended");
  telemetry::Counter left_in_ledger =
      registry.GetCounter("clusterwire_delivery_left_in_ledger_total",
                          "Deliveries left in the ledger for later, memory being full");
  telemetry::Gauge in_flight =
      registry.GetGauge("clusterwire_delivery_in_flight", "Tries under way");
  telemetry::Gauge loaded =
      registry.GetGauge("clusterwire_delivery_loaded", "Pending deliveries in memory");
  telemetry::Gauge held = registry.GetGauge(
      "clusterwire_delivery_held",
      "Deliveries of what is not public that wait until grants are read up to date");
  telemetry::Histogram attempt_seconds =
      registry.GetHistogram("clusterwire_delivery_attempt_seconds", "How long tries took");
  telemetry::Histogram latency_seconds = registry.GetHistogram(
      "clusterwire_delivery_latency_seconds", "From a change's arrival to its delivery");
};

}  // namespace clusterwire::notification
