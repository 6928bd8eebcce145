#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace clusterwire::config {

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
