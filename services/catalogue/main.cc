#include "services/catalogue/server.h"
#include "services/catalogue/settings.h"

namespace catalogue = clusterwire::catalogue;

int main(int argc, char** argv) {
  clusterwire::config::v1::CatalogueConfig config;
  return clusterwire::service::RunProgram(
      {.name = "clusterwire-catalogue",
       .purpose = "Keeps the record of Europe's cluster organisations.",
       .version = CLUSTERWIRE_VERSION,
       .environment_prefix = "CLUSTERWIRE_CATALOGUE",
       .check = [&](const auto&) { return catalogue::ReadSettings(config).status(); },
       .look = [&](const auto&) { return catalogue::LookAtFiles(config); }},
      argc, argv, &config, [&] {
        return catalogue::StartServer(config, clusterwire::Clock::System(),
                                      clusterwire::Random::System());
      });
}
