#include "services/notification/server.h"
#include "services/notification/settings.h"

namespace notification = clusterwire::notification;

int main(int argc, char** argv) {
  clusterwire::config::v1::NotificationConfig config;
  return clusterwire::service::RunProgram(
      {.name = "clusterwire-notification",
       .purpose = "Tells those who want to know when something about a cluster changes.",
       .version = CLUSTERWIRE_VERSION,
       .environment_prefix = "CLUSTERWIRE_NOTIFICATION",
       .check = [&](const auto&) { return notification::ReadSettings(config).status(); },
       .look = [&](const auto&) { return notification::LookAtFiles(config); }},
      argc, argv, &config, [&] {
        return notification::StartServer(config, clusterwire::Clock::System(),
                                         clusterwire::Random::System());
      });
}
