#pragma once

#include "libs/store/store.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::service {

// Shows what the store has counted by now.
void ShowWrites(telemetry::Metrics& metrics, const store::Store& store);

}  // namespace clusterwire::service
