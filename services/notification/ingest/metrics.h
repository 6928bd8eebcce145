#pragma once

#include <string>

#include "libs/telemetry/metrics.h"

namespace clusterwire::notification {

// What ingest counts. Handles: copied freely, valid as long as the metrics they came from.
struct IngestMetrics {
  explicit IngestMetrics(telemetry::Metrics& metrics) : registry(metrics) {}

  telemetry::Counter Records(const std::string& result) {
    return registry.GetCounter("clusterwire_ingest_records_total", "Records from Kafka",
                               {{"result", result}});
  }

  telemetry::Metrics& registry;
  telemetry::Counter kept = Records("kept");
  telemetry::Counter repeated = Records("repeated");
  telemetry::Counter dead_letters = Records("dead_letter");
  telemetry::Counter superseded = Records("superseded");
  telemetry::Counter matched =
      registry.GetCounter("clusterwire_ingest_matched_total", "Subscriptions that records matched");
  telemetry::Counter errors = registry.GetCounter("clusterwire_ingest_errors_total",
                                                  "Batches that have to be taken once more");
  telemetry::Counter topic_resets = registry.GetCounter(
      "clusterwire_ingest_topic_resets_total",
      "Partitions read from their start because the position didn't fit the topic");
  telemetry::Gauge lag =
      registry.GetGauge("clusterwire_ingest_lag", "Records on the topic not yet read");
  telemetry::Histogram batch_seconds =
      registry.GetHistogram("clusterwire_ingest_batch_seconds", "How long batches took");
};

}  // namespace clusterwire::notification
