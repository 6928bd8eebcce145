#include "libs/config/load.h"

#include <unistd.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "libs/base/files/file.h"
#include "libs/base/status/error.h"
#include "libs/config/fields.h"

namespace clusterwire::config {
namespace {

using google::protobuf::Message;

constexpr size_t kMaxFile = 1 << 20;
constexpr char kPathLetters[] = "abcdefghijklmnopqrstuvwxyz0123456789_.";

absl::Status Invalid(const std::vector<std::string>& errors) {
  return errors.empty() ? absl::OkStatus() : InvalidConfig(absl::StrJoin(errors, "\n"));
}

// "CLUSTERWIRE_CATALOGUE__RETRY__STEPS__2__AFTER" behind its prefix: retry.steps[2].after
std::string PathOf(absl::string_view variable) {
  std::string path;
  for (const absl::string_view part : absl::StrSplit(variable, "__")) {
    if (!part.empty() && part.find_first_not_of("0123456789") == absl::string_view::npos) {
      absl::StrAppend(&path, "[", part, "]");
    } else {
      absl::StrAppend(&path, path.empty() ? "" : ".", absl::AsciiStrToLower(part));
    }
  }
  return path;
}

absl::Status ApplyEnvironment(const Sources& sources, Message* config) {
  if (sources.environment_prefix.empty()) return absl::OkStatus();
  const std::string prefix = sources.environment_prefix + "__";
  std::vector<std::string> errors;
  for (const auto& [variable, value] : sources.environment) {
    if (!absl::StartsWith(variable, prefix)) continue;
    const std::string path = PathOf(absl::string_view(variable).substr(prefix.size()));
    const absl::Status status = SetField(path, value, config);
    if (!status.ok()) {
      errors.push_back(absl::StrCat("variable ", variable, " (", path, "): ", status.message()));
    }
  }
  return Invalid(errors);
}

absl::Status ApplySettings(const std::vector<std::string>& settings, Message* config) {
  std::vector<std::string> errors;
  for (const std::string& setting : settings) {
    // Errors name the path alone: the value may be a password.
    const size_t equals = setting.find('=');
    const std::string path = setting.substr(
        0, equals != std::string::npos ? equals : setting.find_first_not_of(kPathLetters));
    const absl::Status status =
        equals == std::string::npos
            ? InvalidConfig("'=' is missing; give path.to.field=value")
            : SetField(std::string_view(setting).substr(0, equals),
                       std::string_view(setting).substr(equals + 1), config);
    if (!status.ok()) errors.push_back(absl::StrCat("--set ", path, ": ", status.message()));
  }
  return Invalid(errors);
}

}  // namespace

absl::Status Load(const Sources& sources, Message* config) {
  if (!sources.file.empty()) {
    const absl::StatusOr<std::string> text = ReadFile(sources.file, kMaxFile);
    if (!text.ok()) {
      return Error(absl::StatusCode::kNotFound, "CONFIG_FILE_UNREADABLE",
                   absl::StrCat(text.status().message(), "; give another file with --config"));
    }
    RETURN_IF_ERROR(ParseText(sources.file, *text, config));
  }
  RETURN_IF_ERROR(ApplyEnvironment(sources, config));
  return ApplySettings(sources.set, config);
}

std::map<std::string, std::string> Environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace clusterwire::config
