#include <iostream>

#include "libs/base/threads/stop_signal.h"
#include "libs/config/program.h"
#include "services/notification/server.h"
#include "services/notification/settings.h"

namespace notification = clusterwire::notification;
using clusterwire::config::v1::NotificationConfig;

int main(int argc, char** argv) {
  clusterwire::StopSignal stop;
  NotificationConfig config;
  const auto exit = clusterwire::config::ReadConfiguration(
      {.name = "clusterwire-notification",
       .purpose = "Tells those who want to know when something about a cluster changes.",
       .version = CLUSTERWIRE_VERSION,
       .environment_prefix = "CLUSTERWIRE_NOTIFICATION",
       .check =
           [](const google::protobuf::Message& message) {
             return notification::ReadSettings(static_cast<const NotificationConfig&>(message))
                 .status();
           }},
      argc, argv, &config);
  if (exit) return *exit;

  auto server = notification::StartServer(config, clusterwire::Clock::System(),
                                          clusterwire::Random::System());
  if (!server.ok()) {
    std::cerr << "clusterwire-notification: " << server.status().message() << std::endl;
    return 1;
  }
  stop.Wait();
  (*server)->Stop();
  return 0;
}
