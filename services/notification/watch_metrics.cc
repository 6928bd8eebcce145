#include "services/notification/watch_metrics.h"

namespace clusterwire::notification {
namespace {

void CollectStore(telemetry::Metrics& metrics, const store::Counters& counters) {
  const auto show = [&metrics](const char* result, int64_t count) {
    metrics
        .GetGauge("clusterwire_store_writes",
                  "Writes of resources since the start, by how they ended", {{"result", result}})
        .Set(static_cast<double>(count));
  };
  show("committed", counters.writes);
  show("refused", counters.refused);
  show("overloaded", counters.overloaded);
  show("failed", counters.failed);
}

void CollectInterests(telemetry::Metrics& metrics, const Interests::Counts& counts) {
  const auto show = [&metrics](const char* state, size_t count) {
    metrics
        .GetGauge(
            "clusterwire_subscriptions",
            "Subscriptions by what is done with them; refused ones should be asked and aren't",
            {{"state", state}})
        .Set(static_cast<double>(count));
  };
  show("active", counts.active);
  show("paused", counts.paused);
  show("saved", counts.saved);
  show("held", counts.held);
  show("refused", counts.refused);
  metrics
      .GetGauge("clusterwire_subscriptions_unfiled",
                "Subscriptions that are asked about every change")
      .Set(static_cast<double>(counts.matcher.unfiled));
}

void CollectClient(telemetry::Metrics& metrics, const http::Client::Counts& counts) {
  const auto show = [&metrics](const char* result, uint64_t count) {
    metrics
        .GetGauge("clusterwire_http_requests",
                  "Requests to receivers since the start, by what came of them",
                  {{"result", result}})
        .Set(static_cast<double>(count));
  };
  show("answered", counts.answered);
  show("failed", counts.failed);
  show("refused", counts.refused);
  metrics.GetGauge("clusterwire_http_requests_in_flight", "Requests to receivers under way")
      .Set(static_cast<double>(counts.in_flight));
}

}  // namespace

WatchMetrics::WatchMetrics(telemetry::Metrics& metrics, const store::Store& store,
                           const Interests& interests, const http::Client& client)
    : collector_(metrics.OnRender([&metrics, &store, &interests, &client] {
        CollectStore(metrics, store.counters());
        CollectInterests(metrics, interests.counts());
        CollectClient(metrics, client.counts());
      })) {}

}  // namespace clusterwire::notification
