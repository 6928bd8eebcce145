#include "libs/rpc/server/grpc_log.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include <grpc/support/log.h>

#include "libs/telemetry/foreign_log.h"

namespace clusterwire::rpc {
namespace {

telemetry::LogLevel LevelOf(gpr_log_severity severity) {
  switch (severity) {
    case GPR_LOG_SEVERITY_DEBUG:
      return telemetry::LogLevel::kDebug;
    case GPR_LOG_SEVERITY_INFO:
      return telemetry::LogLevel::kInfo;
    case GPR_LOG_SEVERITY_ERROR:
      break;
  }
  return telemetry::LogLevel::kError;
}

void OnGrpc(gpr_log_func_args* line) {
  // What it says of a socket that CloseConnections() ended.
  if (std::string_view(line->message) == "Failed accept4: Invalid argument") return;
  telemetry::LogForeign(LevelOf(line->severity), "grpc", absl::StrCat(line->file, ":", line->line),
                        line->message);
}

}  // namespace

void TakeGrpcLog() { gpr_set_log_function(&OnGrpc); }

}  // namespace clusterwire::rpc
