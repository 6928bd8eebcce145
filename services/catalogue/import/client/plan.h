#pragma once

#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/import.pb.h"

#include "libs/rpc/client/channel.h"

// What is to be imported: the command line, the files that it names, their lines.
namespace clusterwire::catalogue::import_client {

// The command line.
struct Options {
  rpc::ChannelOptions channel = {.target = "127.0.0.1:50051"};
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
  std::string refusal = "";  // why it can't be sent, then `text` is empty
};
inline constexpr size_t kMaxLineBytes = 1 << 20;  // as ImportLine.json takes

// A byte order mark at the front is left out. INVALID_ARGUMENT for a file in UTF-16, UNAVAILABLE
// for one that can't be read.
absl::StatusOr<std::vector<NumberedLine>> ReadLines(const std::string& path);

}  // namespace clusterwire::catalogue::import_client
