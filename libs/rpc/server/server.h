#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include <grpcpp/impl/service_type.h>

#include "libs/base/threads/mutex.h"
#include "libs/base/tls/credentials.h"
#include "libs/rpc/client/channel.h"  // IWYU pragma: export
#include "libs/rpc/server/runtime.h"

namespace grpc {
class Server;
class ServerCredentials;
}  // namespace grpc

namespace clusterwire::rpc {

// A handler under the full name of the gRPC service whose methods it has.
struct Service {
  std::string name;
  std::unique_ptr<grpc::Service> handler;
};
using Services = std::vector<Service>;

// `Contract` is what the generator makes of a service: v1::ClusterService.
template <typename Contract>
Service ServiceOf(std::unique_ptr<typename Contract::Service> handler) {
  return {Contract::service_full_name(), std::move(handler)};
}

// A gRPC server with health, reflection and limits. It owns its services; the runtime outlives it.
// Safe for use from any thread.
class Server {
 public:
  struct Options {
    std::string address = "127.0.0.1:0";  // host:port; port 0 takes a free one
    // Encrypts; see MakeTlsCredentials(). Without it only loopback is listened on, unless
    // `allow_insecure`.
    TlsSource tls = nullptr;
    bool require_client_certificate = false;
    bool allow_insecure = false;
    absl::Duration handshake_limit = absl::Seconds(10);  // for TLS, from the connection on
    // The names that health is asked for; each is NOT_SERVING until SetServing(). The overall
    // status ("") is serving when all of them are.
    std::vector<std::string> health_names = {};
    int max_receive_bytes = 4 << 20;
    int max_streams_per_connection = 256;               // calls at once on one connection
    absl::Duration reflection_idle = absl::Minutes(1);  // without a question; then it is ended
    // A connection is exchanged for a new one after about so long, at which no call fails: a client
    // shows its certificate only when it connects, and most renew theirs long before it ends.
    absl::Duration connection_age = absl::Hours(1);
    absl::Duration keepalive = absl::Minutes(1);  // an idle connection is asked whether it lives
    absl::Duration keepalive_timeout = absl::Seconds(20);
    absl::Duration least_ping_interval = absl::Seconds(10);  // clients that ping more are dropped
    // How long no call must have come before a stop ends the connections.
    absl::Duration farewell = absl::Milliseconds(200);
  };

  // INVALID_ARGUMENT for an address that can't be or mustn't be listened on, UNAVAILABLE when it is
  // taken. A runtime has one server in its life.
  static absl::StatusOr<std::unique_ptr<Server>> Start(Options options, Runtime& runtime,
                                                       Services services);
  // Shuts down with a grace of one second, unless that was done.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const { return port_; }
  // Where clients on this machine reach it, with the port that was really taken; for MakeChannel().
  std::string address() const;

  // `name` is one of health_names. After Shutdown() nothing serves any more.
  void SetServing(std::string_view name, bool serving);

  // Health off, calls that come refused, open streams and parked calls ended, all of that with
  // UNAVAILABLE, and running calls finished. After `grace` at the latest, or once all is answered
  // and for a moment no call came, connections end: a client sees that as UNAVAILABLE too. Returns
  // when no call and no stream's step runs any more, so what they use may go then. Later calls do
  // nothing.
  void Shutdown(absl::Duration grace);

 private:
  Server(Options options, Runtime& runtime, Services services);
  void Shutdown(absl::Duration grace, absl::Duration farewell);
  void LockedTell(const std::string& name, bool serving) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  Runtime& runtime_;
  const Services services_;
  ThreadPool contracts_;  // of reflection
  const std::vector<std::unique_ptr<grpc::Service>> reflection_;
  int port_ = 0;
  // Of each address; asked as long as it listens.
  std::vector<std::shared_ptr<grpc::ServerCredentials>> credentials_;
  std::unique_ptr<grpc::Server> server_;
  Mutex mutex_;
  std::map<std::string, bool> told_ ABSL_GUARDED_BY(mutex_);  // of health, to those who watch it
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

// What Server::Start() says of an address, before it is listened on. `encrypted`: by TLS.
absl::Status CheckAddress(const std::string& address, bool encrypted, bool allow_insecure);

}  // namespace clusterwire::rpc
