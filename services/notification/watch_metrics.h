#pragma once

#include "libs/http/client.h"
#include "libs/store/store.h"
#include "libs/telemetry/metrics.h"
#include "services/notification/channels/email/mailer.h"
#include "services/notification/resources/subscribers/interests.h"

namespace clusterwire::notification {

// Shows as metrics what the parts count themselves, as long as the collector lives. The parts
// outlive it.
telemetry::Metrics::Collector WatchMetrics(telemetry::Metrics& metrics, const store::Store& store,
                                           const Interests& interests, const http::Client& client,
                                           const Mailer* mailer);

}  // namespace clusterwire::notification
