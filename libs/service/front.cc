#include "libs/service/front.h"

#include <utility>

#include "libs/base/status/status_macros.h"

namespace clusterwire::service {
namespace {

constexpr absl::Duration kHealthPause = absl::Seconds(1);
// For what runs on a server that another one replaces: Diagnose. An open health Watch would take
// all of a longer one, and nothing listens meanwhile.
constexpr absl::Duration kReplaceGrace = absl::Milliseconds(500);

}  // namespace

Front::Front(const Settings& settings, std::string live, telemetry::Metrics& metrics, Clock& clock,
             Random& random)
    : settings_(settings),
      live_(std::move(live)),
      metrics_(metrics),
      clock_(clock),
      runtime_(metrics, clock, random),
      reads_(runtime_,
             {.name = "reads", .threads = settings.readers, .queue_limit = settings.queue_limit}),
      writes_(runtime_,
              {.name = "writes", .threads = settings.writers, .queue_limit = settings.queue_limit}),
      grpc_address_(settings.grpc.address) {}

Front::~Front() { Stop(); }

void Front::Stop() { Stop(settings_.stop_grace); }

absl::Status Front::Serve(rpc::Services services, std::function<Health()> look) {
  Stop(kReplaceGrace);
  rpc::Server::Options options = settings_.grpc;
  options.address = grpc_address_;
  options.health_names = {live_};
  for (const auto& [name, serving] : look()) options.health_names.push_back(name);
  ASSIGN_OR_RETURN(rpc_server_, rpc::Server::Start(options, runtime_, std::move(services)));
  if (http_server_ == nullptr) {
    grpc_address_ = rpc_server_->address();
    RETURN_IF_ERROR(ServeMetrics());
  }
  rpc_server_->SetServing(live_, true);
  health_.emplace(clock_, Random::System(), [this, look = std::move(look)] {
    for (const auto& [name, serving] : look()) rpc_server_->SetServing(name, serving);
    return clock_.Now() + kHealthPause;
  });
  return absl::OkStatus();
}

absl::Status Front::ServeMetrics() {
  const auto render = [this](const http::ServerRequest&) {
    return http::ServerReply{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                             .body = metrics_.Render()};
  };
  ASSIGN_OR_RETURN(http_server_,
                   http::Server::Start(settings_.http, {{"GET", "/metrics", render}}));
  return absl::OkStatus();
}

void Front::Stop(absl::Duration grace) {
  health_.reset();
  if (rpc_server_ != nullptr) rpc_server_->Shutdown(grace);
  rpc_server_ = nullptr;
}

}  // namespace clusterwire::service
