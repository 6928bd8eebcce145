#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/base/time/clock.h"
#include "libs/base/random.h"
#include "libs/http/server.h"
#include "libs/rpc/server/runtime.h"
#include "libs/rpc/server/server.h"
#include "libs/service/periodic.h"
#include "libs/service/settings.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::service {

// What faces the network, the same in both services: the lanes that calls run on, the gRPC server
// with its health, and HTTP for /metrics. Serve() is for one thread at a time and never beside
// Stop(); the rest is safe for use from any thread.
class Front {
 public:
  // Whether what each name stands for does what it is for; gRPC services by their full name.
  using Health = std::map<std::string, bool>;

  // The arguments by reference outlive the front. `live` is a name that health is asked for: it
  // says only that calls are taken, for a supervisor that restarts what hangs. What is wrong
  // outside of this process is no reason to restart it.
  Front(const Settings& settings, std::string live, telemetry::Metrics& metrics, Clock& clock,
        Random& random);
  // Stop(), with the grace of the settings.
  ~Front();

  rpc::Runtime& runtime() { return runtime_; }
  rpc::Lane& reads() { return reads_; }
  rpc::Lane& writes() { return writes_; }

  // Serves these in place of what was served before, on the same address; in between connections
  // are refused, for some milliseconds, half a second where a call or a health Watch is open, and a
  // call that just comes in may be cancelled. `look` always names the same; it is asked now and
  // every second, in a thread of its own, so it must be bounded in time. After an error nothing is
  // served, and Serve() may be tried again.
  absl::Status Serve(rpc::Services services, std::function<Health()> look);

  // Where it listens, with the ports that were really taken. After the first Serve().
  const std::string& grpc_address() const { return grpc_address_; }
  int http_port() const { return http_server_->port(); }

  // Health off, streams ended with UNAVAILABLE, calls drained, services destroyed. Later calls do
  // nothing.
  void Stop();

 private:
  void Stop(absl::Duration grace);
  absl::Status ServeMetrics();

  const Settings& settings_;
  const std::string live_;
  telemetry::Metrics& metrics_;
  Clock& clock_;
  rpc::Runtime runtime_;
  rpc::Lane reads_;
  rpc::Lane writes_;
  std::string grpc_address_;
  std::unique_ptr<rpc::Server> rpc_server_;
  std::unique_ptr<http::Server> http_server_;
  std::optional<Periodic> health_;  // last: its thread uses everything above
};

}  // namespace clusterwire::service
