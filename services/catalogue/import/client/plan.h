#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/import.pb.h"

namespace clusterwire::catalogue::import_client {

struct File {
  v1::ImportStart::Kind kind;
  std::string path;
  std::string name;  // "clusters.ndjson"
};

// The files in a folder, or those that are named, in the order in which they need each other. What
// is in a file is told by its name. NOT_FOUND or INVALID_ARGUMENT for a path that gives none.
absl::StatusOr<std::vector<File>> PlanOf(const std::vector<std::string>& paths);

// A line that isn't empty, with its number in the file.
struct NumberedLine {
  int64_t number;
  std::string text;
};
absl::StatusOr<std::vector<NumberedLine>> ReadLines(const std::string& path);

}  // namespace clusterwire::catalogue::import_client
