#include "services/catalogue/import/client/options.h"

#include <map>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace clusterwire::catalogue::import_client {

absl::StatusOr<Options> ParseOptions(std::span<const char* const> arguments) {
  Options options;
  const std::map<std::string, bool*> switches = {{"--notify", &options.notify},
                                                 {"--validate_only", &options.validate_only},
                                                 {"--help", &options.help}};
  const std::map<std::string, std::string*> values = {{"--target", &options.target},
                                                      {"--read_date", &options.read_date}};
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string argument = arguments[i];
    if (!argument.starts_with("-")) {
      options.paths.push_back(argument);
      continue;
    }
    const size_t equals = argument.find('=');
    const std::string flag = argument.substr(0, equals);
    if (const auto found = switches.find(argument); found != switches.end()) {
      *found->second = true;
    } else if (const auto value = values.find(flag); value == values.end()) {
      return absl::InvalidArgumentError(absl::StrCat("no flag ", argument, "; see --help"));
    } else if (equals != std::string::npos) {
      *value->second = argument.substr(equals + 1);
    } else if (++i < arguments.size()) {
      *value->second = arguments[i];
    } else {
      return absl::InvalidArgumentError(absl::StrCat(flag, " needs a value"));
    }
  }
  if (options.paths.empty() && !options.help) {
    return absl::InvalidArgumentError("which folder or files? See --help");
  }
  return options;
}

std::string Usage() {
  return R"(usage: clusterwire-import [FLAGS] FOLDER | FILE…

Imports registers into the catalogue: taxonomies.ndjson, programmes.ndjson,
label_schemes.ndjson, clusters.ndjson, labels.ndjson and events.ndjson, in this
order, as far as they are given. A line that says what is known already changes
nothing, so an import may be repeated at any time.

  --target HOST:PORT   the catalogue, 127.0.0.1:50051 unless given
  --notify             tell those who subscribed to such changes
  --validate_only      check and report, and change nothing
  --read_date DATE     when the sources were read: 2026-11
  --help               this text

Exit code: 0 all taken, 1 a line was refused, 2 the import could not be done.
)";
}

}  // namespace clusterwire::catalogue::import_client
