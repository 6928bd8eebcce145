#pragma once

#include "libs/store/store.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::store {

// Shows what the store has counted by now.
void ShowWrites(telemetry::Metrics& metrics, const Store& store);

}  // namespace clusterwire::store
