#include "libs/service/front.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/config/key_file.h"
#include "libs/telemetry/log.h"

namespace clusterwire::service {
namespace {

constexpr absl::Duration kHealthPause = absl::Seconds(1);

}  // namespace

absl::StatusOr<std::unique_ptr<Front>> Front::Create(const Settings& settings,
                                                     telemetry::Metrics& metrics, Clock& clock,
                                                     Random& random) {
  ASSIGN_OR_RETURN(std::string key, config::LoadOrMakeKey(settings.token_key_file, random));
  return std::unique_ptr<Front>(new Front(settings, std::move(key), metrics, clock, random));
}

Front::Front(const Settings& settings, std::string key, telemetry::Metrics& metrics, Clock& clock,
             Random& random)
    : settings_(settings),
      metrics_(metrics),
      clock_(clock),
      tokens_(std::move(key)),
      runtime_(metrics, clock, random),
      reads_(runtime_,
             {.name = "reads", .threads = settings.readers, .queue_limit = settings.queue_limit}),
      writes_(
          runtime_,
          {.name = "writes", .threads = settings.writers, .queue_limit = settings.queue_limit}) {}

Front::~Front() { Stop(); }

absl::Status Front::Serve(const std::vector<grpc::Service*>& services, const std::string& live,
                          std::function<Health()> look) {
  rpc::Server::Options options = settings_.grpc;
  options.health_names = {live};
  for (const auto& [service, serving] : look()) options.health_names.push_back(service);
  ASSIGN_OR_RETURN(rpc_server_, rpc::Server::Start(options, runtime_, services));
  rpc_server_->SetServing(live, true);
  health_.emplace(clock_, kHealthPause, [this, look = std::move(look)] {
    for (const auto& [service, serving] : look()) rpc_server_->SetServing(service, serving);
  });
  RETURN_IF_ERROR(ServeMetrics());
  telemetry::LogInfo("serving", {{"grpc", grpc_address()}, {"http_port", http_port()}});
  return absl::OkStatus();
}

absl::Status Front::ServeMetrics() {
  const auto render = [this](const http::ServerRequest&) {
    return http::ServerReply{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                             .body = metrics_.Render(),
                             .headers = {}};
  };
  ASSIGN_OR_RETURN(http_server_,
                   http::Server::Start(settings_.http, {{.method = "GET",
                                                         .path = "/metrics",
                                                         .match = http::Route::Match::kExact,
                                                         .handler = render}}));
  return absl::OkStatus();
}

void Front::Stop() {
  health_.reset();
  if (rpc_server_ != nullptr) rpc_server_->Shutdown(settings_.stop_grace);
}

}  // namespace clusterwire::service
