#include "libs/service/host.h"

#include <utility>

#include "libs/base/threads/backoff.h"
#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "libs/rpc/server/refusing_service.h"
#include "libs/telemetry/log.h"

namespace clusterwire::service {
absl::Status Host::Starting() {
  return WithRetryDelay(
      Error(absl::StatusCode::kUnavailable, "STARTING",
            "the service has not got all that it needs yet; an operator learns from "
            "OperationsService/Diagnose what is missing"),
      absl::Seconds(1));
}

absl::StatusOr<std::unique_ptr<Host>> Host::Start(const Settings& settings, Description description,
                                                  Making making, Clock& clock, Random& random) {
  std::unique_ptr<Host> host(
      new Host(settings, std::move(description), std::move(making), clock, random));
  RETURN_IF_ERROR(host->Listen());
  host->opener_ = std::thread([host = host.get()] { host->Run(); });
  return host;
}

Host::Host(const Settings& settings, Description description, Making making, Clock& clock,
           Random& random)
    : settings_(settings),
      description_(std::move(description)),
      making_(std::move(making)),
      clock_(clock),
      random_(random),
      front_(settings_, description_.live, metrics_, clock, random) {}

Host::~Host() { Stop(); }

absl::Status Host::Listen() {
  rpc::Services services;
  for (const std::string& name : description_.services) {
    services.push_back(name == description_.operations
                           ? making_.operations(front_, [this] { return Missing(); })
                           : rpc::MakeRefusingService(front_.runtime(), name, Starting));
  }
  Front::Health health = {{description_.ready, false}};
  for (const std::string& name : description_.services) health[name] = false;
  return front_.Serve(std::move(services), [health] { return health; });
}

void Host::Run() {
  Backoff backoff({.first = absl::Milliseconds(200), .limit = absl::Seconds(10)}, random_);
  while (!stopping_) {
    const absl::Status status = Open();
    if (status.ok()) return;
    SayWhy(status);
    clock_.WaitUntil(wakeup_, clock_.Now() + backoff.Next());
  }
}

absl::Status Host::Open() {
  if (parts_ == nullptr) {
    ASSIGN_OR_RETURN(parts_, making_.open(front_, metrics_));
  }
  if (stopping_) return absl::OkStatus();
  RETURN_IF_ERROR(
      front_.Serve(parts_->MakeServices(), [parts = parts_.get()] { return parts->Health(); }));
  opened_ = true;
  telemetry::LogInfo("serving", {{"grpc", grpc_address()}, {"http_port", http_port()}});
  return absl::OkStatus();
}

void Host::SayWhy(const absl::Status& status) {
  MutexLock lock(mutex_);
  if (missing_ == status) return;
  missing_ = status;
  telemetry::LogError("not ready", {{"status", status}});
}

Findings Host::Missing() const {
  Findings findings;
  MutexLock lock(mutex_);
  *findings.Add() =
      missing_.ok() ? Found("start", Finding::SEVERITY_WARNING, "opens its database and reads it",
                            "wait; it serves as soon as it has")
                    : Broken("start", missing_,
                             "mend what is named; it tries again by itself, about every 10 s");
  return findings;
}

void Host::Stop() {
  if (stopping_.exchange(true) || !opener_.joinable()) return;
  telemetry::LogInfo("stopping");
  wakeup_.Notify();
  opener_.join();
  front_.Stop();
  parts_ = nullptr;
  telemetry::LogInfo("stopped");
}

}  // namespace clusterwire::service
