#include "services/catalogue/server.h"

#include <utility>

#include "libs/base/status/status_macros.h"
#include "libs/telemetry/log.h"
#include "services/catalogue/services.h"
#include "services/catalogue/parts.h"
#include "services/catalogue/settings.h"

namespace clusterwire::catalogue {
namespace {

// OperationsService of a catalogue that has no data yet.
std::unique_ptr<grpc::Service> MakeFirstOperations(service::Front& front,
                                                   std::function<service::Findings()> findings) {
  return MakeOperationsService(
      front.reads(), front.writes(),
      {.diagnose =
           [findings = std::move(findings)] {
             v1::DiagnoseResponse response;
             *response.mutable_findings() = findings();
             return response;
           },
       .start_new_history = [](const std::string&) { return service::Host::Starting(); }});
}

}  // namespace

absl::StatusOr<std::unique_ptr<service::Host>> StartServer(
    const config::v1::CatalogueConfig& config, Clock& clock, Random& random) {
  ASSIGN_OR_RETURN(Settings settings, ReadSettings(config));
  telemetry::SetLogLevel(settings.common.log_level);
  const service::Settings common = settings.common;
  return service::Host::Start(
      common, Describe(),
      {.open = [settings = std::move(settings), &clock, &random](
                   service::Front& front,
                   telemetry::Metrics& metrics) -> absl::StatusOr<std::unique_ptr<service::Parts>> {
         return CatalogueParts::Open(settings, front, metrics, clock, random);
       },
       .operations = MakeFirstOperations},
      clock, random);
}

absl::Status CheckConfig(const config::v1::CatalogueConfig& config) {
  return ReadSettings(config).status();
}

}  // namespace clusterwire::catalogue
