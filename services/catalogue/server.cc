#include "services/catalogue/server.h"

#include <utility>

#include "libs/base/status/error.h"
#include "libs/telemetry/log.h"
#include "services/catalogue/parts.h"
#include "services/catalogue/services.h"
#include "services/catalogue/settings.h"

namespace clusterwire::catalogue {
namespace {

class CatalogueServer final : public service::Server {
 public:
  CatalogueServer(Settings settings, Clock& clock, Random& random)
      : service::Server(settings.common, "clusterwire.catalogue", clock, random),
        settings_(std::move(settings)),
        clock_(clock),
        random_(random),
        handles_(runtime().parking()) {}
  ~CatalogueServer() override { Stop(); }

  absl::Status Start() {
    const Api api = {.reads = reads(), .writes = writes(), .tokens = handles_.tokens};
    return service::Server::Start(
        MakeServices(api, operators(), handles_, [this] { return Missing(); }));
  }

 private:
  absl::StatusOr<std::unique_ptr<service::Parts>> Open() override {
    return CatalogueParts::Open(settings_, handles_, metrics(), clock_, random_);
  }

  const Settings settings_;
  Clock& clock_;
  Random& random_;
  Handles handles_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<service::Server>> StartServer(
    const config::v1::CatalogueConfig& config, Clock& clock, Random& random) {
  ASSIGN_OR_RETURN(Settings settings, ReadSettings(config));
  telemetry::SetLogLevel(settings.common.log_level);
  auto server = std::make_unique<CatalogueServer>(std::move(settings), clock, random);
  RETURN_IF_ERROR(server->Start());
  return server;
}

absl::Status CheckConfig(const config::v1::CatalogueConfig& config) {
  return ReadSettings(config).status();
}

}  // namespace clusterwire::catalogue
