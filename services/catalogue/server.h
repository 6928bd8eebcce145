#pragma once

#include <memory>

#include "absl/status/statusor.h"

#include "clusterwire/config/v1/catalogue.pb.h"

#include "libs/base/random.h"
#include "libs/base/time/clock.h"
#include "libs/service/server.h"

namespace clusterwire::catalogue {

// Starts the catalogue: it listens, and serves once its database and its key are there (see
// service::Server). Killed at any instant it goes on where it was: what was answered is there, and
// what was written reaches Kafka. An error names the option or the address that is wrong. `clock`
// and `random` outlive the server.
absl::StatusOr<std::unique_ptr<service::Server>> StartServer(
    const config::v1::CatalogueConfig& config, Clock& clock, Random& random);

}  // namespace clusterwire::catalogue
