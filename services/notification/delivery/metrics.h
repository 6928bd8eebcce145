#pragma once

#include "absl/time/time.h"

#include "libs/telemetry/metrics.h"
#include "services/notification/ledger/deliveries/deliveries.h"

namespace clusterwire::notification {

// What delivery counts. Handles: copied freely, valid as long as the metrics they came from.
struct DeliveryMetrics {
  explicit DeliveryMetrics(telemetry::Metrics& metrics);

  void Count(const DeliveryResult& result, absl::Time created);

  telemetry::Counter delivered;
  telemetry::Counter postponed;
  telemetry::Counter dead;
  telemetry::Counter suppressed;
  telemetry::Counter endpoints_disabled;
  telemetry::Counter ledger_errors;
  telemetry::Counter left_in_ledger;
  telemetry::Gauge in_flight;
  telemetry::Gauge loaded;
  telemetry::Histogram attempt_seconds;
  telemetry::Histogram latency_seconds;
};

}  // namespace clusterwire::notification
