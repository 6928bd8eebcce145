#pragma once

#include <cstddef>
#include <functional>
#include <latch>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace httplib {
class Server;
}

namespace clusterwire::http {

struct ServerRequest {
  std::string method;
  std::string path;
  std::map<std::string, std::string> query;  // decoded; the first of repeated names
  std::string body;
  std::function<std::string(const char* name)> header;  // empty when there is none
};

struct ServerReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

// What answers a path. Handlers run on the server's threads, several at a time.
struct Route {
  enum class Match { kExact, kPrefix };
  std::string method;  // "GET" answers HEAD too
  std::string path;
  Match match = Match::kExact;
  std::function<ServerReply(const ServerRequest&)> handler;
};

// A small HTTP/1.1 server for metrics, health pages and feeds; no TLS, so bind it to loopback or
// put something in front of it. Routes are tried in order. A path without a route is 404, a route
// with another method 405, a body above the limit 413. When all threads and places in the queue are
// taken, new connections wait in the kernel's backlog.
class Server {
 public:
  struct Options {
    std::string address = "127.0.0.1";
    int port = 0;  // 0: any free one
    int threads = 4;
    size_t waiting_limit = 64;  // accepted connections that wait for a thread
    size_t body_limit = 64 * 1024;
    absl::Duration read_limit = absl::Seconds(5);   // for each read
    absl::Duration write_limit = absl::Seconds(5);  // for each write
    absl::Duration idle_limit = absl::Seconds(5);   // of a kept connection
  };

  // UNAVAILABLE, reason ADDRESS_IN_USE, when it can't be bound.
  static absl::StatusOr<std::unique_ptr<Server>> Start(Options options, std::vector<Route> routes);
  // Stops accepting, lets running handlers end.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const { return port_; }

 private:
  Server(Options options, std::vector<Route> routes);
  ServerReply Answer(const ServerRequest& request) const;

  const Options options_;
  const std::vector<Route> routes_;
  std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  std::latch listening_{1};
  std::thread thread_;
};

}  // namespace clusterwire::http
