#include "services/notification/ingest/metrics.h"

#include <string>

namespace clusterwire::notification {
namespace {

telemetry::Counter Records(telemetry::Metrics& metrics, const std::string& result) {
  return metrics.GetCounter("clusterwire_ingest_records_total", "Records from Kafka",
                            {{"result", result}});
}

}  // namespace

IngestMetrics::IngestMetrics(telemetry::Metrics& metrics)
    : kept(Records(metrics, "kept")),
      repeated(Records(metrics, "repeated")),
      dead_letters(Records(metrics, "dead_letter")),
      superseded(Records(metrics, "superseded")),
      matched(metrics.GetCounter("clusterwire_ingest_matched_total",
                                 "Subscriptions that records matched")),
      errors(metrics.GetCounter("clusterwire_ingest_errors_total",
                                "Batches that have to be taken once more")),
      topic_resets(metrics.GetCounter(
          "clusterwire_ingest_topic_resets_total",
          "Partitions read from their start because the position didn't fit the topic")),
      lag(metrics.GetGauge("clusterwire_ingest_lag", "Records on the topic not yet read")),
      batch_seconds(
          metrics.GetHistogram("clusterwire_ingest_batch_seconds", "How long batches took")) {}

}  // namespace clusterwire::notification
