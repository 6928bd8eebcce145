#include "services/notification/watch_metrics.h"

#include <initializer_list>
#include <utility>

namespace clusterwire::notification {
namespace {

// A gauge for each value of `label`.
void Set(telemetry::Metrics& metrics, const char* name, const char* help, const char* label,
         std::initializer_list<std::pair<const char*, double>> counts) {
  for (const auto& [value, count] : counts) {
    metrics.GetGauge(name, help, {{label, value}}).Set(count);
  }
}

}  // namespace

telemetry::Metrics::Collector WatchMetrics(telemetry::Metrics& metrics, const store::Store& store,
                                           const Interests& interests, const http::Client& client) {
  return metrics.OnRender([&metrics, &store, &interests, &client] {
    const store::Counters writes = store.counters();
    Set(metrics, "clusterwire_store_writes",
        "Writes of resources since the start, by how they ended", "result",
        {{"committed", writes.writes},
         {"refused", writes.refused},
         {"overloaded", writes.overloaded},
         {"failed", writes.failed}});
    const Interests::Counts counts = interests.counts();
    Set(metrics, "clusterwire_subscriptions",
        "Subscriptions by what is done with them; refused ones should be asked and aren't", "state",
        {{"active", counts.active},
         {"paused", counts.paused},
         {"saved", counts.saved},
         {"held", counts.held},
         {"refused", counts.refused}});
    metrics
        .GetGauge("clusterwire_subscriptions_wide",
                  "Subscriptions that ask about everything: no type, name, code, place or word")
        .Set(static_cast<double>(counts.matcher.wide));
    const http::Client::Counts requests = client.counts();
    Set(metrics, "clusterwire_http_requests",
        "Requests to receivers since the start, by what came of them", "result",
        {{"answered", requests.answered},
         {"failed", requests.failed},
         {"refused", requests.refused}});
    metrics.GetGauge("clusterwire_http_requests_in_flight", "Requests to receivers under way")
        .Set(static_cast<double>(requests.in_flight));
  });
}

}  // namespace clusterwire::notification
