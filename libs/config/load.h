#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include <google/protobuf/message.h>

// A service's configuration: a protobuf message in text format, with overrides by environment and
// by flag, read once at start. Works on any message by reflection. Fields of type
// google.protobuf.Duration are written "5s", "250ms" or "1h30m" everywhere, in the file too.
namespace clusterwire::config {

struct Sources {
  std::string file = "";  // "" = defaults only
  // Variables PREFIX__PATH__TO__FIELD override the file: CLUSTERWIRE_CATALOGUE__KAFKA__BROKERS for
  // the prefix CLUSTERWIRE_CATALOGUE. "" = none are read.
  std::string environment_prefix = "";
  std::map<std::string, std::string> environment = {};
  // path.to.field=value; they override the environment.
  std::vector<std::string> set = {};
};

// Fills `config`, which may hold defaults. Every mistake is INVALID_ARGUMENT (a missing file is
// NOT_FOUND) and says where it stands (file and line, variable, or flag), what is unknown or wrong,
// and the nearest name that exists; all mistakes of a source are reported at once. After an error
// `config` holds nothing of use. At most 1 MiB of file.
absl::Status Load(const Sources& sources, google::protobuf::Message* config);

// The pieces of Load().
absl::Status ParseText(std::string_view file_name, std::string_view text,
                       google::protobuf::Message* config);
// `path` is made of field names, with an index behind a repeated one: "retry.steps[2].after". A
// repeated field of plain values takes a comma-separated list, which replaces what was there; the
// index one past the last appends.
absl::Status SetField(std::string_view path, std::string_view value,
                      google::protobuf::Message* config);

// This process's environment, for Sources.
std::map<std::string, std::string> Environment();

}  // namespace clusterwire::config
