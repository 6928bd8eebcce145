#pragma once

#include <string>
#include <string_view>

#include "libs/telemetry/metrics.h"

namespace clusterwire::telemetry {

// Shows what every Prometheus client shows of its process, under the usual names: process_*; and
// clusterwire_build_info, which says what runs. `metrics` outlives the result.
[[nodiscard]] Metrics::Collector ShowProcess(Metrics& metrics, std::string_view service,
                                             std::string_view version);

}  // namespace clusterwire::telemetry
