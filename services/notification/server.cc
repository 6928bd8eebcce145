#include "services/notification/server.h"

#include <utility>

#include "libs/base/status/status_macros.h"
#include "libs/telemetry/log.h"
#include "services/notification/services.h"
#include "services/notification/parts.h"
#include "services/notification/settings.h"

namespace clusterwire::notification {
namespace {

// OperationsService of a service that has no data yet.
std::unique_ptr<grpc::Service> MakeFirstOperations(service::Front& front,
                                                   std::function<service::Findings()> findings) {
  return MakeOperationsService(front.reads(), [findings = std::move(findings)] {
    v1::DiagnoseResponse response;
    *response.mutable_findings() = findings();
    return response;
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<service::Host>> StartServer(
    const config::v1::NotificationConfig& config, Clock& clock, Random& random) {
  ASSIGN_OR_RETURN(Settings settings, ReadSettings(config));
  telemetry::SetLogLevel(settings.common.log_level);
  ASSIGN_OR_RETURN(http::AddressGuard guard, http::AddressGuard::Create(settings.addresses));
  const service::Settings common = settings.common;
  return service::Host::Start(
      common, Describe(),
      {.open = [settings = std::move(settings), guard = std::move(guard), &clock, &random](
                   service::Front& front,
                   telemetry::Metrics& metrics) -> absl::StatusOr<std::unique_ptr<service::Parts>> {
         return NotificationParts::Open(settings, guard, front, metrics, clock, random);
       },
       .operations = MakeFirstOperations},
      clock, random);
}

absl::Status CheckConfig(const config::v1::NotificationConfig& config) {
  return ReadSettings(config).status();
}

}  // namespace clusterwire::notification
