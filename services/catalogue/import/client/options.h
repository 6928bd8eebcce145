#pragma once

#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace clusterwire::catalogue::import_client {

// The command line.
struct Options {
  std::string target = "127.0.0.1:50051";
  bool notify = false;
  bool validate_only = false;
  std::string read_date = "";
  bool help = false;
  std::vector<std::string> paths = {};  // a folder, or files
};

// Takes `--flag value` and `--flag=value`. INVALID_ARGUMENT for a flag that isn't known and for a
// command line without a path.
absl::StatusOr<Options> ParseOptions(std::span<const char* const> arguments);

std::string Usage();

}  // namespace clusterwire::catalogue::import_client
