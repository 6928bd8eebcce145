#pragma once

#include "libs/store/store.h"
#include "libs/telemetry/metrics.h"
#include "services/catalogue/changes/relay.h"

namespace clusterwire::catalogue {

// Shows as metrics what the parts count themselves, as long as it lives. The parts outlive it.
class WatchMetrics {
 public:
  WatchMetrics(telemetry::Metrics& metrics, store::Store& store, const Relay& relay);

 private:
  telemetry::Metrics::Collector collector_;
};

}  // namespace clusterwire::catalogue
