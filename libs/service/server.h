#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/config/program.h"
#include "libs/http/server/server.h"
#include "libs/identity/identity.h"
#include "libs/rpc/server/runtime.h"
#include "libs/rpc/server/server.h"
#include "libs/service/certificates.h"
#include "libs/service/findings.h"
#include "libs/service/settings.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::service {

// Whether a service does what it is for.
struct Health {
  bool ready = false;                           // the service as a whole
  bool services = false;                        // each of its gRPC services, but for
  std::map<std::string, bool> exceptions = {};  // these, by their full names
};

// What a service consists of once everything is there that it needs from outside. Its destruction
// comes after the last call that uses it.
class Parts {
 public:
  virtual ~Parts() = default;
  // Asked every second, so it must be bounded in time.
  virtual Health health() const = 0;
};

// A service from its first moment to its last: the base of both composition roots.
//
//   listen, refuse calls ─► open what it needs, again and again ─► run calls ─► stop
//
// One gRPC server all the time, with all handlers. Until the service is opened, all calls but those
// on operators() are refused with UNAVAILABLE, reason STARTING. So a database that is away, full,
// or of a newer release keeps the process alive and not ready, and Diagnose and the log say why.
// /metrics, /livez and /readyz are served over HTTP all the time. Safe for use from any thread.
class Server {
 public:
  virtual ~Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Where it listens, with the ports that were really taken.
  std::string grpc_address() const { return rpc_server_->address(); }
  int http_port() const { return http_server_->port(); }

  // Whether calls are run.
  bool opened() const { return opened_; }

  // An attempt to open is waited for; then health off, streams and parked calls ended with
  // UNAVAILABLE, calls drained, HTTP ended, and the parts ended. Calls get the grace of the
  // settings. Later calls do nothing.
  void Stop();
  // How long Stop() may take in all; longer only while something outside is connected and silent.
  absl::Duration stop_limit() const { return 2 * settings_.stop_grace + absl::Seconds(5); }

 protected:
  // Health is asked for by the full name of each gRPC service; by `name`.live, which says only that
  // calls are taken, for a supervisor that restarts what hangs; and by `name`.ready, the service as
  // a whole. What is wrong outside of this process is no reason to restart it. `clock` and `random`
  // outlive the server.
  Server(const Settings& settings, std::string name, Clock& clock, Random& random);

  // Returns once it listens; once, before all else. An error names the address that is wrong. From
  // then on the derived class's destructor must call Stop(), since Open() is called. `routes` are
  // served over HTTP behind those of every service.
  absl::Status Start(rpc::Services services, std::vector<http::Route> routes = {});

  // Opens what the service needs and sets all handles that handlers look through. Called in a
  // thread of the server's, with a growing pause, until it succeeds; what it made lives until the
  // server stops. An error tells the operator what to mend.
  virtual absl::StatusOr<std::unique_ptr<Parts>> Open() = 0;

  // What Diagnose says until then.
  Findings Missing() const;
  // What it says at any time of what the server itself uses: its certificates, and whose tokens are
  // believed.
  Findings OwnFindings() const;

  Clock& clock() { return clock_; }
  Random& random() { return random_; }
  telemetry::Metrics& metrics() { return metrics_; }
  // What a further HTTP server shows; null without TLS.
  TlsSource tls() const;
  rpc::Runtime& runtime() { return runtime_; }
  rpc::ThreadPool& reads() { return reads_; }
  rpc::ThreadPool& writes() { return writes_; }
  rpc::ThreadPool& operators() { return operators_; }

 private:
  absl::Status StartTls(rpc::Server::Options* grpc, http::Server::Options* http);
  absl::Status ServeHttp(http::Server::Options options, std::vector<http::Route> routes);
  // Opens, then tells how things stand, every second.
  absl::StatusOr<absl::Time> Step();
  void ReportNotReady(const absl::Status& status);
  void TellHealth();

  const Settings settings_;
  const std::string name_;
  Clock& clock_;
  Random& random_;
  telemetry::Metrics metrics_;
  identity::Identity identity_;
  rpc::Runtime runtime_;
  rpc::ThreadPool reads_;
  rpc::ThreadPool writes_;
  rpc::ThreadPool operators_;  // Diagnose: it asks Kafka, so it takes seconds
  std::vector<std::string> service_names_;
  std::unique_ptr<Parts> parts_;                // the worker's until it ended
  std::unique_ptr<Certificates> certificates_;  // null without TLS; both servers ask it
  std::unique_ptr<rpc::Server> rpc_server_;
  telemetry::Metrics::Collector process_;
  std::unique_ptr<http::Server> http_server_;
  mutable Mutex mutex_;
  absl::Status missing_ ABSL_GUARDED_BY(mutex_);  // why it isn't open; OK before the first try
  absl::Time next_trim_ = absl::InfinitePast();   // of memory; the worker's
  std::atomic<bool> opened_ = false;
  std::atomic<bool> ready_ = false;  // as health says
  std::atomic<bool> stopped_ = false;
  std::optional<Worker> worker_;  // last: its thread uses everything above
};

// Ends the process with exit code 1 and a line in the log, unless it is destroyed before `limit`
// has passed. So nothing that hangs keeps a service from stopping: what it has answered is durable,
// and what it was about is done again by the next one, as after a crash.
class StopLimit {
 public:
  explicit StopLimit(absl::Duration limit);
  ~StopLimit();
  StopLimit(const StopLimit&) = delete;
  StopLimit& operator=(const StopLimit&) = delete;

 private:
  Wakeup ended_;
  std::thread thread_;
};

// The main function of a service: reads `config`, runs what `start` gives until a signal, stops it.
// Gives the exit code; mistakes go to stderr.
int RunProgram(const config::Program& program, int argc, char** argv,
               google::protobuf::Message* config,
               const std::function<absl::StatusOr<std::unique_ptr<Server>>()>& start);

}  // namespace clusterwire::service
