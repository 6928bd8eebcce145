#include "services/notification/server.h"

#include <utility>

#include "libs/base/status/status_macros.h"
#include "libs/telemetry/log.h"
#include "services/notification/parts.h"
#include "services/notification/services.h"
#include "services/notification/settings.h"

namespace clusterwire::notification {
namespace {

class NotificationServer final : public service::Server {
 public:
  NotificationServer(Settings settings, http::AddressGuard guard, Clock& clock, Random& random)
      : service::Server(settings.common, "clusterwire.notification", clock, random),
        settings_(std::move(settings)),
        guard_(std::move(guard)),
        clock_(clock),
        random_(random) {}
  ~NotificationServer() override { Stop(); }

  absl::Status Start() {
    const Api api = {.reads = reads(), .writes = writes(), .tokens = handles_.tokens};
    return service::Server::Start(
        MakeServices(api, handles_, operators(), [this] { return Missing(); }));
  }

 private:
  absl::StatusOr<std::unique_ptr<service::Parts>> Open() override {
    return NotificationParts::Open(settings_, guard_, handles_, metrics(), clock_, random_);
  }

  const Settings settings_;
  const http::AddressGuard guard_;
  Clock& clock_;
  Random& random_;
  Handles handles_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<service::Server>> StartServer(
    const config::v1::NotificationConfig& config, Clock& clock, Random& random) {
  ASSIGN_OR_RETURN(Settings settings, ReadSettings(config));
  telemetry::SetLogLevel(settings.common.log_level);
  ASSIGN_OR_RETURN(http::AddressGuard guard, http::AddressGuard::Create(settings.addresses));
  auto server =
      std::make_unique<NotificationServer>(std::move(settings), std::move(guard), clock, random);
  RETURN_IF_ERROR(server->Start());
  return server;
}

absl::Status CheckConfig(const config::v1::NotificationConfig& config) {
  return ReadSettings(config).status();
}

}  // namespace clusterwire::notification
