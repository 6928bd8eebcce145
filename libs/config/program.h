#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include <google/protobuf/message.h>

namespace clusterwire::config {

// What main() of a service says about itself.
struct Program {
  std::string_view name;     // "clusterwire-catalogue"
  std::string_view purpose;  // a line for --help
  std::string_view version;
  std::string_view environment_prefix;  // "CLUSTERWIRE_CATALOGUE"
  // What can be checked without starting: ranges, addresses, what must be set.
  std::function<absl::Status(const google::protobuf::Message&)> check;
};

// Reads flags and configuration into `config` and checks it. Gives an exit code when there is
// nothing left to run: 0 after --help, --version or a --check_config without findings, 1 after a
// mistake. Answers go to stdout, mistakes to stderr, each on a line.
std::optional<int> ReadConfiguration(const Program& program, int argc, const char* const* argv,
                                     google::protobuf::Message* config);

}  // namespace clusterwire::config
