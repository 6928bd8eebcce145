#pragma once

#include <memory>

#include "absl/status/statusor.h"

#include "clusterwire/config/v1/notification.pb.h"

#include "libs/base/random.h"
#include "libs/base/time/clock.h"
#include "libs/service/server.h"

namespace clusterwire::notification {

// Starts the notification service: it listens, and serves once its databases and its key are there
// (see service::Server). Killed at any instant it goes on where it was: a notice may then go out a
// second time, under the same id, and nothing else is repeated or lost. An error names the option
// or the address that is wrong. `clock` and `random` outlive the server.
absl::StatusOr<std::unique_ptr<service::Server>> StartServer(
    const config::v1::NotificationConfig& config, Clock& clock, Random& random);

}  // namespace clusterwire::notification
