#include "services/catalogue/watch_metrics.h"

namespace clusterwire::catalogue {

WatchMetrics::WatchMetrics(telemetry::Metrics& metrics, store::Store& store, const Relay& relay) {
  collector_ = metrics.OnRender([&metrics, &store, &relay] {
    const store::Counters counters = store.counters();
    const auto show = [&](const char* what, int64_t value) {
      metrics
          .GetGauge("clusterwire_store_writes",
                    "Writes since start: committed, the groups they took, refused, turned away "
                    "because too many waited, failed by the database.",
                    {{"what", what}})
          .Set(static_cast<double>(value));
    };
    show("committed", counters.writes);
    show("groups", counters.groups);
    show("refused", counters.refused);
    show("overloaded", counters.overloaded);
    show("failed", counters.failed);
    const auto revision = store.revision();
    if (!revision.ok()) return;
    metrics.GetGauge("clusterwire_store_revision", "Newest revision of the store.")
        .Set(static_cast<double>(revision->value));
    metrics
        .GetGauge("clusterwire_relay_lag_revisions",
                  "Revisions in the store that Kafka has not acknowledged yet.")
        .Set(static_cast<double>(revision->value - relay.state().position.revision.value));
  });
}

}  // namespace clusterwire::catalogue
