#include <iostream>

#include "libs/base/threads/stop_signal.h"
#include "libs/config/program.h"
#include "services/catalogue/server.h"
#include "services/catalogue/settings.h"

namespace catalogue = clusterwire::catalogue;
using clusterwire::config::v1::CatalogueConfig;

int main(int argc, char** argv) {
  clusterwire::StopSignal stop;
  CatalogueConfig config;
  const auto exit = clusterwire::config::ReadConfiguration(
      {.name = "clusterwire-catalogue",
       .purpose = "Keeps the record of Europe's cluster organisations.",
       .version = CLUSTERWIRE_VERSION,
       .environment_prefix = "CLUSTERWIRE_CATALOGUE",
       .check =
           [](const google::protobuf::Message& message) {
             return catalogue::ReadSettings(static_cast<const CatalogueConfig&>(message)).status();
           }},
      argc, argv, &config);
  if (exit) return *exit;

  auto server =
      catalogue::StartServer(config, clusterwire::Clock::System(), clusterwire::Random::System());
  if (!server.ok()) {
    std::cerr << "clusterwire-catalogue: " << server.status().message() << std::endl;
    return 1;
  }
  stop.Wait();
  (*server)->Stop();
  return 0;
}
