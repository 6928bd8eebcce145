#include "libs/telemetry/executor_metrics.h"

#include <string>

namespace clusterwire::telemetry {

Metrics::Collector CollectExecutor(Metrics& metrics, std::string_view name,
                                   const Executor& executor) {
  const Labels labels = {{"executor", std::string(name)}};
  Gauge queued = metrics.GetGauge("clusterwire_executor_queued", "Tasks that wait", labels);
  Gauge running = metrics.GetGauge("clusterwire_executor_running", "Tasks that run", labels);
  Gauge refused = metrics.GetGauge("clusterwire_executor_refused",
                                   "Tasks refused since the start: the queue was full", labels);
  return metrics.OnRender([&executor, queued, running, refused]() mutable {
    const Executor::Counts counts = executor.counts();
    queued.Set(static_cast<double>(counts.queued));
    running.Set(static_cast<double>(counts.running));
    refused.Set(static_cast<double>(counts.refused));
  });
}

}  // namespace clusterwire::telemetry
