#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/base/time/clock.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/random.h"
#include "libs/service/findings.h"
#include "libs/service/front.h"
#include "libs/service/settings.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::service {

// What a service consists of once everything is there that it needs from outside. Its destruction
// comes after the last call that uses it.
class Parts {
 public:
  virtual ~Parts() = default;
  // Asked again when they could not be served.
  virtual rpc::Services MakeServices() = 0;
  // By the names of Host::Description. Asked every second, so it must be bounded in time.
  virtual Front::Health Health() const = 0;
};

// Runs a service from its first moment on:
//
//   listen, answer Diagnose ─► open what it needs, again and again ─► serve in full
//
// Until then all calls but Diagnose are refused with UNAVAILABLE, reason STARTING. So a database
// that is away, full, or of a newer release keeps the process alive and not ready, and whoever asks
// it or reads its log learns why. Safe for use from any thread.
class Host {
 public:
  struct Description {
    std::string live;                   // see Front
    std::string ready;                  // what Parts::Health() says of the service as a whole
    std::vector<std::string> services;  // all gRPC services, by their full names
    std::string operations;             // the one of them that answers from the start
  };
  struct Making {
    // Called in a thread of the host's, with a growing pause, until it succeeds; once it did, what
    // it made lives until the host stops. An error tells the operator what to mend.
    std::function<absl::StatusOr<std::unique_ptr<Parts>>(Front&, telemetry::Metrics&)> open;
    // OperationsService as long as there are no parts; its Diagnose gives what the function says.
    std::function<std::unique_ptr<grpc::Service>(Front&, std::function<Findings()>)> operations;
  };

  // What calls are refused with until it serves in full.
  static absl::Status Starting();

  // Returns once it listens. An error names the address that is wrong. `clock` and `random` outlive
  // the host.
  static absl::StatusOr<std::unique_ptr<Host>> Start(const Settings& settings,
                                                     Description description, Making making,
                                                     Clock& clock, Random& random);
  // Stop().
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Where it listens, with the ports that were really taken.
  const std::string& grpc_address() const { return front_.grpc_address(); }
  int http_port() const { return front_.http_port(); }

  // Whether it serves in full.
  bool opened() const { return opened_; }

  // An attempt to open is waited for; then health off, streams ended with UNAVAILABLE, calls
  // drained, and the parts ended. Calls get the grace of the settings. Later calls do nothing.
  void Stop();

 private:
  Host(const Settings& settings, Description description, Making making, Clock& clock,
       Random& random);
  absl::Status Listen();
  void Run();
  // What is open stays so when it can't be served: the next call tries that alone.
  absl::Status Open();
  void SayWhy(const absl::Status& status);
  Findings Missing() const;

  const Settings settings_;
  const Description description_;
  const Making making_;
  Clock& clock_;
  Random& random_;
  telemetry::Metrics metrics_;
  Front front_;
  std::unique_ptr<Parts> parts_;  // the opener's until it ended

  mutable Mutex mutex_;
  absl::Status missing_ ABSL_GUARDED_BY(mutex_);  // why it doesn't serve; OK before the first try
  std::atomic<bool> opened_ = false;
  std::atomic<bool> stopping_ = false;
  Wakeup wakeup_;
  std::thread opener_;
};

}  // namespace clusterwire::service
