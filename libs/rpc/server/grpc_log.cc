#include "libs/rpc/server/grpc_log.h"

#include <string_view>
#include <utility>

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

// What an operator can do about a handshake that failed as OpenSSL says.
std::string_view AboutHandshake(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> kKnown[] = {
      {"certificate verify failed",
       "a client's certificate doesn't verify: it is of no authority in listen.tls.client_ca_file, "
       "or its time is over or hasn't come"},
      {"peer did not return a certificate",
       "a client shows no certificate, and listen.tls.require_client_certificate asks for one"},
      {"unsuitable certificate purpose", "a client's certificate isn't meant for clients"},
      {"wrong version number", "a client speaks no TLS"},
      {"http request", "a client speaks no TLS"},
      {"unsupported protocol", "a client speaks no TLS 1.2 or newer"},
      {"unknown ca", "a client doesn't trust the authority of listen.tls.certificate_file"},
      {"bad certificate", "a client doesn't accept the certificate in listen.tls.certificate_file"},
      {"certificate expired", "a client finds that listen.tls.certificate_file has ended"}};
  for (const auto& [part, words] : kKnown) {
    if (text.find(part) != text.npos) return words;
  }
  return "a client and this server can't agree";
}

void OnGrpc(gpr_log_func_args* line) {
  const std::string_view text = line->message;
  if (text.starts_with("Handshake failed")) {
    telemetry::LogForeign(telemetry::LogLevel::kWarning, "TLS handshake failed",
                          AboutHandshake(text), text);
    return;
  }

  // A client may know this server by a name that the certificate doesn't have; whether it goes on
  // is for the client.
  if (text.starts_with("No match found for server name")) return;
  // What it says of a socket that CloseConnections() ended.
  if (text == "Failed accept4: Invalid argument") return;
  telemetry::LogForeign(LevelOf(line->severity), "grpc", absl::StrCat(line->file, ":", line->line),
                        line->message);
}

}  // namespace

void TakeGrpcLog() { gpr_set_log_function(&OnGrpc); }

}  // namespace clusterwire::rpc
