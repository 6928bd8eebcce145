#pragma once

#include <cstddef>
#include <functional>
#include <latch>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/net/ip_address.h"
#include "libs/base/tls/credentials.h"

namespace httplib {
class Server;
}

namespace clusterwire::http {

struct ServerRequest {
  std::string method;
  std::string path;
  std::map<std::string, std::string> query;  // decoded; the first of repeated names
  std::string body;
  // Those that are of use to handlers, by their names in lower case: accept-language,
  // content-type, if-modified-since, if-none-match.
  std::map<std::string, std::string> headers = {};
  // Who asks: the end of the connection, or whom a trusted proxy names there. Text without a port.
  std::string remote = {};
};

struct ServerReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
  // Further ones. Names and values have no line ends: such a field is left out.
  std::vector<std::pair<std::string, std::string>> headers = {};
};

// What answers a path, and all that stands under it when it ends with '/'. Handlers run on the
// server's threads, several at a time.
struct Route {
  std::string method;  // "GET", which answers HEAD too, or "POST"
  std::string path;
  std::function<ServerReply(const ServerRequest&)> handler;
};

// A small HTTP/1.1 server for metrics, feeds and unsubscribe links, over TLS where it is told so
// (1.2 or newer; clients are asked for no certificate). Routes are tried in order. A path without a
// route is 404, a route with another method 405. Only a POST with a route has its body read: above
// the limit it is 413, compressed 415, in chunks of unknown number 411. A head above its limits is
// 431, an address 414. Nothing beyond the limits is kept, nor handed to the library that parses.
//
// A connection carries one request and ends at its deadline, its handshake included, however it is
// spread out. While all
// places are taken, a new connection ends the one that came first: slow clients keep no other
// else from being answered.
class Server {
 public:
  struct Options {
    std::string address = "127.0.0.1";
    int port = 0;                                   // 0: any free one
    int connections = 16;                           // open at once; each has a thread
    absl::Duration time_limit = absl::Seconds(10);  // of a connection, from its first to last byte
    size_t header_limit = 16 * 1024;                // bytes of a request before its body
    size_t body_limit = 64 * 1024;
    TlsSource tls = nullptr;  // asked for each connection
    // Proxies whose x-forwarded-for is believed: the last address there that isn't one of them is
    // who asks. From anybody else the field means nothing.
    std::vector<IpRange> trusted_proxies = {};
  };

  // UNAVAILABLE, reason ADDRESS_IN_USE, when it can't be bound.
  static absl::StatusOr<std::unique_ptr<Server>> Start(Options options, std::vector<Route> routes);
  // Stops accepting; requests that have come are answered.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const { return port_; }

 private:
  Server(Options options, std::vector<Route> routes);
  bool TakesBody(const std::string& method, const std::string& path) const;
  ServerReply Answer(const ServerRequest& request) const;

  const Options options_;
  const std::vector<Route> routes_;
  std::unique_ptr<httplib::Server> listener_;
  int port_ = 0;
  std::latch listening_{1};
  std::thread thread_;
};

}  // namespace clusterwire::http
