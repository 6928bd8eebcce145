#pragma once

#include <string_view>

#include "libs/base/threads/executor.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::telemetry {

// Shows what `executor` has queued, runs and refused, under the label `executor`, as long as the
// result lives. `executor` outlives the result.
[[nodiscard]] Metrics::Collector CollectExecutor(Metrics& metrics, std::string_view name,
                                                 const Executor& executor);

}  // namespace clusterwire::telemetry
