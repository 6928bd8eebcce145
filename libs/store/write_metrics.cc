#include "libs/store/write_metrics.h"

#include <utility>

namespace clusterwire::store {

void ShowWrites(telemetry::Metrics& metrics, const Store& store) {
  const Counters counters = store.counters();
  for (const auto& [result, count] : {std::pair{"committed", counters.writes},
                                      {"refused", counters.refused},
                                      {"overloaded", counters.overloaded},
                                      {"failed", counters.failed}}) {
    metrics
        .GetTotal("clusterwire_store_writes_total",
                  "Writes: committed, refused, turned away because too many waited, failed by the "
                  "database",
                  {{"result", result}})
        .Set(static_cast<double>(count));
  }
  metrics.GetTotal("clusterwire_store_groups_total", "Transactions that the committed writes took")
      .Set(static_cast<double>(counters.groups));
}

}  // namespace clusterwire::store
