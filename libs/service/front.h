#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/http/server.h"
#include "libs/rpc/runtime.h"
#include "libs/rpc/server.h"
#include "libs/rpc/token.h"
#include "libs/service/periodic.h"
#include "libs/service/settings.h"
#include "libs/telemetry/metrics.h"

namespace grpc {
class Service;
}

namespace clusterwire::service {

// What faces the network, the same in both services: the lanes that calls run on, the key of
// tokens, the gRPC server with its health, and HTTP for /metrics. Declare it after everything that
// handlers use: its destruction ends all calls. Safe for use from any thread.
class Front {
 public:
  // Whether each gRPC service, by its full name, does what it is for.
  using Health = std::map<std::string, bool>;

  // Reads the token key, or makes it. The arguments by reference outlive the front.
  static absl::StatusOr<std::unique_ptr<Front>> Create(const Settings& settings,
                                                       telemetry::Metrics& metrics, Clock& clock,
                                                       Random& random);
  // Stop(), with the grace of the settings.
  ~Front();

  rpc::Lane& reads() { return reads_; }
  rpc::Lane& writes() { return writes_; }
  const rpc::TokenSigner& tokens() const { return tokens_; }

  // Begins to serve; `services` outlive the front. `look` always names the same services; it is
  // asked now and every second, in a thread of its own, so it must be bounded in time. `live` is
  // one more name that health is asked for: it says only that calls are taken, for a supervisor
  // that restarts what hangs. What is wrong outside of this process is no reason to restart it.
  absl::Status Serve(const std::vector<grpc::Service*>& services, const std::string& live,
                     std::function<Health()> look);

  // Where it listens, with the ports that were really taken. After Serve().
  std::string grpc_address() const { return rpc_server_->address(); }
  int http_port() const { return http_server_->port(); }

  // Health off, streams ended with UNAVAILABLE, calls drained. Later calls do nothing.
  void Stop();

 private:
  Front(const Settings& settings, std::string key, telemetry::Metrics& metrics, Clock& clock,
        Random& random);
  absl::Status ServeMetrics();

  const Settings& settings_;
  telemetry::Metrics& metrics_;
  Clock& clock_;
  const rpc::TokenSigner tokens_;
  rpc::Runtime runtime_;
  rpc::Lane reads_;
  rpc::Lane writes_;
  std::unique_ptr<rpc::Server> rpc_server_;
  std::unique_ptr<http::Server> http_server_;
  std::optional<Periodic> health_;  // last: its thread uses everything above
};

}  // namespace clusterwire::service
