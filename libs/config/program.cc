#include "libs/config/program.h"

#include <iostream>
#include <span>
#include <string>

#include "libs/config/flags.h"
#include "libs/config/load.h"

namespace clusterwire::config {
namespace {

int Fail(const Program& program, const absl::Status& status) {
  std::cerr << program.name << ": " << status.message() << std::endl;
  return 1;
}

}  // namespace

std::optional<int> ReadConfiguration(const Program& program, int argc, const char* const* argv,
                                     google::protobuf::Message* config) {
  const auto arguments = std::span(argv, static_cast<size_t>(argc)).subspan(argc > 0 ? 1 : 0);
  const absl::StatusOr<Flags> flags = ParseFlags(arguments);
  if (!flags.ok()) return Fail(program, flags.status());
  if (flags->help) {
    std::cout << Usage(program.name, program.purpose);
    return 0;
  }
  if (flags->version) {
    std::cout << program.name << " " << program.version << std::endl;
    return 0;
  }
  const Sources sources = {.file = flags->config,
                           .environment_prefix = std::string(program.environment_prefix),
                           .environment = Environment(),
                           .set = flags->set};
  if (const absl::Status status = Load(sources, config); !status.ok()) {
    return Fail(program, status);
  }
  if (const absl::Status status = program.check(*config); !status.ok()) {
    return Fail(program, status);
  }
  if (!flags->check_config) return std::nullopt;
  std::cout << program.name << ": the configuration is sound" << std::endl;
  return 0;
}

}  // namespace clusterwire::config
