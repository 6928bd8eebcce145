#pragma once

#include "libs/telemetry/metrics.h"

namespace clusterwire::notification {

// What ingest counts. Handles: copied freely, valid as long as the metrics they came from.
struct IngestMetrics {
  explicit IngestMetrics(telemetry::Metrics& metrics);

  telemetry::Counter kept;
  telemetry::Counter repeated;
  telemetry::Counter dead_letters;
  telemetry::Counter superseded;
  telemetry::Counter matched;
  telemetry::Counter errors;
  telemetry::Counter topic_resets;
  telemetry::Gauge lag;
  telemetry::Histogram batch_seconds;
};

}  // namespace clusterwire::notification
