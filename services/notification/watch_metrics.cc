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

void CollectStore(telemetry::Metrics& metrics, const store::Counters& counters) {
  Set(metrics, "clusterwire_store_writes", "Writes of resources since the start, by how they ended",
      "result",
      {{"committed", counters.writes},
       {"refused", counters.refused},
       {"overloaded", counters.overloaded},
       {"failed", counters.failed}});
}

void CollectInterests(telemetry::Metrics& metrics, const Interests::Counts& counts) {
  Set(metrics, "clusterwire_subscriptions",
      "Subscriptions by what is done with them; refused ones should be asked and aren't", "state",
      {{"active", counts.active},
       {"paused", counts.paused},
       {"saved", counts.saved},
       {"held", counts.held},
       {"refused", counts.refused}});
  metrics
      .GetGauge("clusterwire_subscriptions_unfiled",
                "Subscriptions that are asked about every change")
      .Set(static_cast<double>(counts.matcher.unfiled));
}

void CollectClient(telemetry::Metrics& metrics, const http::Client::Counts& counts) {
  Set(metrics, "clusterwire_http_requests",
      "Requests to receivers since the start, by what came of them", "result",
      {{"answered", counts.answered}, {"failed", counts.failed}, {"refused", counts.refused}});
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
