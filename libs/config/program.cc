#include "libs/config/program.h"

#include <iostream>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/nearest.h"
#include "libs/base/text/strings.h"
#include "libs/config/fields.h"
#include "libs/config/load.h"

namespace clusterwire::config {
namespace {

absl::Status Invalid(std::string_view text) {
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_FLAG",
               absl::StrCat(ToAbsl(text), " (--help lists the flags)"));
}

absl::Status Unknown(std::string_view name) {
  const std::string nearest = Nearest(name, {"config", "set", "check_config", "help", "version"});
  return Invalid(absl::StrCat("there is no flag --", ToAbsl(name),
                              nearest.empty() ? "" : "; did you mean --", nearest));
}

int Fail(const Program& program, const absl::Status& status) {
  std::cerr << program.name << ": " << status.message() << std::endl;
  return 1;
}

}  // namespace

absl::StatusOr<Flags> ParseFlags(std::span<const char* const> arguments) {
  Flags flags;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument.substr(0, 2) != "--") {
      return Invalid(absl::StrCat("'", ToAbsl(argument), "' is no flag"));
    }
    const size_t equals = argument.find('=');
    const std::string_view name = argument.substr(2, equals == argument.npos ? equals : equals - 2);
    if (name == "check_config" || name == "help" || name == "version") {
      if (equals != argument.npos) {
        return Invalid(absl::StrCat("--", ToAbsl(name), " takes no value"));
      }
      (name == "help" ? flags.help : name == "version" ? flags.version : flags.check_config) = true;
      continue;
    }
    if (name != "config" && name != "set") return Unknown(name);
    if (equals == argument.npos && i + 1 == arguments.size()) {
      return Invalid(absl::StrCat("--", ToAbsl(name), " lacks its value"));
    }
    const std::string value(equals == argument.npos ? std::string_view(arguments[++i])
                                                    : argument.substr(equals + 1));
    if (name == "config") {
      flags.config = value;
    } else {
      flags.set.push_back(value);
    }
  }
  return flags;
}

std::string Usage(std::string_view program, std::string_view purpose) {
  return absl::StrCat("usage: ", ToAbsl(program), " [flags]\n", ToAbsl(purpose), R"(

  --config FILE     configuration, a protobuf message in text format
  --set PATH=VALUE  overrides one field, for example --set listen.grpc_address=127.0.0.1:0;
                    may be given again
  --check_config    loads and checks the configuration, says so, and exits
  --help            this text
  --version         the version
)");
}

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
  if (const absl::Status status = program.look ? program.look(*config) : absl::OkStatus();
      !status.ok()) {
    return Fail(program, status);
  }
  std::cout << program.name << ": the configuration is sound" << std::endl;
  return 0;
}

}  // namespace clusterwire::config
