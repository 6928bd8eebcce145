#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
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
  // What --check_config looks at besides, as far as it is there: files. Changes nothing. A start
  // does without: what is not there yet may come.
  std::function<absl::Status(const google::protobuf::Message&)> look = nullptr;
};

// Reads flags and configuration into `config` and checks it. Gives an exit code when there is
// nothing left to run: 0 after --help, --version or a --check_config without findings, 1 after a
// mistake. Answers go to stdout, mistakes to stderr, each on a line.
std::optional<int> ReadConfiguration(const Program& program, int argc, const char* const* argv,
                                     google::protobuf::Message* config);

// The pieces of it.

// What a service's command line says; the same five flags for each service.
struct Flags {
  std::string config = "";            // --config FILE
  std::vector<std::string> set = {};  // --set PATH=VALUE, repeatable, in order
  bool check_config = false;          // --check_config: load, check, say so, exit
  bool help = false;                  // --help
  bool version = false;               // --version
};

// `arguments` without the program's name. Takes `--flag value` and `--flag=value`; an unknown flag
// or a stray argument is INVALID_ARGUMENT and names the nearest known flag.
absl::StatusOr<Flags> ParseFlags(std::span<const char* const> arguments);

// The text of --help for a program that does `purpose`.
std::string Usage(std::string_view program, std::string_view purpose);

}  // namespace clusterwire::config
