#include "libs/service/server.h"

#include <unistd.h>

#include <iostream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/memory.h"
#include "libs/base/status/error.h"
#include "libs/base/threads/stop_signal.h"
#include "libs/rpc/admission/access.h"
#include "libs/rpc/admission/peer.h"
#include "libs/service/caller_settings.h"
#include "libs/telemetry/foreign_log.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/process_metrics.h"

namespace clusterwire::service {
namespace {

constexpr absl::Duration kTrimPause = absl::Seconds(30);

}  // namespace

Server::Server(const Settings& settings, std::string name, Clock& clock, Random& random)
    : settings_(settings),
      name_(std::move(name)),
      clock_(clock),
      random_(random),
      identity_(
          settings.callers,
          [this] { return certificates_ == nullptr ? nullptr : certificates_->current(); }, clock,
          random, metrics_),
      runtime_(metrics_, clock, random,
               {.authenticator = &identity_, .callers = settings.limits, .started = false}),
      reads_(runtime_,
             {.name = "reads", .threads = settings.readers, .queue_limit = settings.queue_limit}),
      writes_(runtime_,
              {.name = "writes", .threads = settings.writers, .queue_limit = settings.queue_limit}),
      operators_(runtime_, {.name = "operators",
                            .threads = 2,
                            .queue_limit = settings.queue_limit,
                            .from_start = true}) {}

absl::Status Server::Start(rpc::Services services, std::vector<http::Route> routes) {
  telemetry::SetLogLevel(settings_.log_level);
  telemetry::TakeProtobufLog();
  rpc::Server::Options options = settings_.grpc;
  for (const rpc::Service& service : services) {
    RETURN_IF_ERROR(rpc::CheckAccessStated(service.name));
    service_names_.push_back(service.name);
  }
  options.health_names = service_names_;
  options.health_names.push_back(absl::StrCat(name_, ".live"));
  options.health_names.push_back(absl::StrCat(name_, ".ready"));
  http::Server::Options http_options = settings_.http;
  RETURN_IF_ERROR(StartTls(&options, &http_options));
  ASSIGN_OR_RETURN(rpc_server_, rpc::Server::Start(options, runtime_, std::move(services)));
  RETURN_IF_ERROR(ServeHttp(std::move(http_options), std::move(routes)));
  rpc_server_->SetServing(absl::StrCat(name_, ".live"), true);
  worker_.emplace(
      clock_, random_, [this] { return Step(); },
      Backoff::Options{.first = absl::Milliseconds(200), .limit = absl::Seconds(10)});
  return absl::OkStatus();
}

absl::Status Server::StartTls(rpc::Server::Options* grpc, http::Server::Options* http) {
  if (settings_.tls.certificate.empty()) {
    const std::string http_host = absl::StrContains(http->address, ':')
                                      ? absl::StrCat("[", http->address, "]:")
                                      : absl::StrCat(http->address, ":");
    if (!rpc::IsLoopback(grpc->address) || !rpc::IsLoopback(http_host)) {
      telemetry::LogWarning(
          "listens without encryption: what is sent can be read and changed on its way, tokens "
          "included",
          {{"grpc", grpc->address},
           {"http", http->address},
           {"remedy", "set listen.tls.certificate_file and listen.tls.key_file"}});
    }
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(certificates_, Certificates::Load(settings_.tls, metrics_, clock_, random_));
  grpc->tls = http->tls = tls();
  return absl::OkStatus();
}

TlsSource Server::tls() const {
  if (certificates_ == nullptr) return nullptr;
  return [this] { return certificates_->current(); };
}

absl::Status Server::ServeHttp(http::Server::Options options, std::vector<http::Route> routes) {
  const auto render = [this](const http::ServerRequest&) {
    return http::ServerReply{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                             .body = metrics_.Render()};
  };
  // As health says it of `name_`.live and .ready, for those who can't ask gRPC over TLS.
  const auto live = [](const http::ServerRequest&) { return http::ServerReply{.body = "live\n"}; };
  const auto ready = [this](const http::ServerRequest&) {
    if (ready_) return http::ServerReply{.body = "ready\n"};
    return http::ServerReply{.status = 503,
                             .body = "not ready; OperationsService/Diagnose says why\n"};
  };
  process_ = telemetry::ShowProcess(metrics_, name_, CLUSTERWIRE_VERSION);
  routes.insert(routes.begin(),
                {{"GET", "/metrics", render}, {"GET", "/livez", live}, {"GET", "/readyz", ready}});
  ASSIGN_OR_RETURN(http_server_, http::Server::Start(std::move(options), std::move(routes)));
  return absl::OkStatus();
}

absl::StatusOr<absl::Time> Server::Step() {
  if (parts_ == nullptr) {
    absl::StatusOr<std::unique_ptr<Parts>> parts = Open();
    if (!parts.ok()) {
      ReportNotReady(parts.status());
      return parts.status();
    }
    parts_ = *std::move(parts);
    runtime_.SetStarted();
    opened_ = true;
    telemetry::LogInfo("serving", {{"grpc", grpc_address()}, {"http_port", http_port()}});
  }
  TellHealth();
  if (clock_.Now() >= next_trim_) {
    GiveBackMemory();  // what a burst of calls or streams left behind
    next_trim_ = clock_.Now() + kTrimPause;
  }
  return clock_.Now() + absl::Seconds(1);
}

void Server::TellHealth() {
  const Health health = parts_->health();
  for (const std::string& name : service_names_) {
    const auto exception = health.exceptions.find(name);
    rpc_server_->SetServing(
        name, exception == health.exceptions.end() ? health.services : exception->second);
  }
  rpc_server_->SetServing(absl::StrCat(name_, ".ready"), health.ready);
  ready_ = health.ready;
}

void Server::ReportNotReady(const absl::Status& status) {
  MutexLock lock(mutex_);
  if (missing_ == status) return;
  missing_ = status;
  telemetry::LogError("not ready", {{"status", status}});
}

Findings Server::Missing() const {
  Findings findings;
  MutexLock lock(mutex_);
  *findings.Add() =
      missing_.ok() ? Found("start", Finding::SEVERITY_WARNING, "opens its database and reads it",
                            "wait; it serves as soon as it has")
                    : Broken("start", missing_,
                             "mend what is named; it tries again by itself, about every 10 s");
  findings.MergeFrom(OwnFindings());
  return findings;
}

Findings Server::OwnFindings() const {
  Findings findings = LookAtIssuers(identity_);
  if (certificates_ != nullptr) findings.MergeFrom(certificates_->Look());
  return findings;
}

void Server::Stop() {
  if (stopped_.exchange(true) || rpc_server_ == nullptr) return;
  telemetry::LogInfo("stopping");
  if (worker_) worker_->Stop();
  ready_ = false;
  rpc_server_->Shutdown(settings_.stop_grace);
  http_server_ = nullptr;  // its handlers look at the parts too
  parts_ = nullptr;
  telemetry::LogInfo("stopped");
}

StopLimit::StopLimit(absl::Duration limit)
    : thread_([this, limit] {
        if (ended_.WaitFor(limit)) return;
        telemetry::LogError("didn't stop in time: ended by force, as by a crash",
                            {{"limit_seconds", limit}});
        _exit(1);
      }) {}

StopLimit::~StopLimit() {
  ended_.Notify();
  thread_.join();
}

int RunProgram(const config::Program& program, int argc, char** argv,
               google::protobuf::Message* config,
               const std::function<absl::StatusOr<std::unique_ptr<Server>>()>& start) {
  StopSignal stop;  // before there are threads
  if (const auto exit = config::ReadConfiguration(program, argc, argv, config)) return *exit;
  const auto server = start();
  if (!server.ok()) {
    std::cerr << program.name << ": " << server.status().message() << std::endl;
    return 1;
  }
  stop.Wait();
  const StopLimit limit((*server)->stop_limit());
  (*server)->Stop();
  return 0;
}

}  // namespace clusterwire::service
