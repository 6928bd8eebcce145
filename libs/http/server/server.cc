#include "libs/http/server/server.h"

#include <httplib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <list>
#include <optional>
#include <set>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include <sys/socket.h>

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/threads/executor.h"
#include "libs/base/threads/mutex.h"
#include "libs/http/server/connection.h"
#include "libs/http/server/request_head.h"

namespace clusterwire::http {
namespace {

bool Fits(const Route& route, const std::string& path) {
  return route.path.ends_with('/') ? path.starts_with(route.path) : path == route.path;
}

// For handlers. What is repeated comes joined, as one list.
constexpr std::array<std::string_view, 4> kShownFields = {"accept-language", "content-type",
                                                          "if-modified-since", "if-none-match"};
constexpr char kForwarded[] = "x-forwarded-for";

std::string ValueOf(const httplib::Request& from, const std::string& name) {
  std::vector<std::string> values;
  for (size_t i = 0; i < from.get_header_value_count(name); ++i) {
    values.push_back(from.get_header_value(name, i));
  }
  return absl::StrJoin(values, ", ");
}

// An IPv4 address in its IPv6 form is the same one.
IpAddress Plain(const IpAddress& address) {
  constexpr std::string_view kMapped = "::ffff:";
  if (address.is_v4() || !address.ToString().starts_with(kMapped)) return address;
  return address.Embedded().value_or(address);
}

// Each proxy adds at the end whom it was called by, so only what a trusted one added is believed.
std::string RemoteOf(const std::string& peer, std::string_view forwarded,
                     const std::vector<IpRange>& trusted) {
  std::optional<IpAddress> remote = IpAddress::Parse(peer);
  if (!remote) return peer;
  const auto is_trusted = [&](const IpAddress& address) {
    return std::ranges::any_of(trusted, [&](const IpRange& range) {
      return range.Contains(address) || range.Contains(Plain(address));
    });
  };
  const std::vector<absl::string_view> named = absl::StrSplit(ToAbsl(forwarded), ',');
  for (auto name = named.rbegin(); name != named.rend() && is_trusted(*remote); ++name) {
    const auto next = IpAddress::Parse(ToStd(absl::StripAsciiWhitespace(*name)));
    if (!next) break;
    remote = next;
  }
  return Plain(*remote).ToString();
}

ServerRequest FromLibrary(const httplib::Request& from, const std::vector<IpRange>& trusted) {
  ServerRequest request;
  request.method = from.method == "HEAD" ? "GET" : from.method;
  request.path = from.path;
  for (const auto& [name, value] : from.params) request.query.try_emplace(name, value);
  request.body = from.body;
  for (const std::string_view name : kShownFields) {
    std::string value = ValueOf(from, std::string(name));
    if (!value.empty()) request.headers.emplace(name, std::move(value));
  }
  request.remote = RemoteOf(from.remote_addr, ValueOf(from, kForwarded), trusted);
  return request;
}

void ToLibrary(const ServerReply& reply, httplib::Response& to) {
  to.status = reply.status;
  to.set_content(reply.body, reply.content_type);
  for (const auto& [name, value] : reply.headers) to.set_header(name, value);
}

// Accepts, parses and writes by httplib; which connections there are, and what of a request it
// gets, is decided here.
class Listener final : public httplib::Server {
 public:
  // `options` outlive it. `takes_body` says which method and path want one. `listening` is called
  // once it has begun to listen.
  Listener(const http::Server::Options& options,
           std::function<bool(const std::string& method, const std::string& path)> takes_body,
           std::function<void()> listening)
      : options_(options), takes_body_(std::move(takes_body)) {
    new_task_queue = [this, listening = std::move(listening)] {
      // httplib lets five wait: a burst of connections would cost each further one a second.
      ::listen(svr_sock_, SOMAXCONN);
      listening();
      return new Threads(*this);
    };
  }

 private:
  // Hands connections to threads.
  class Threads final : public httplib::TaskQueue {
   public:
    explicit Threads(Listener& listener) : listener_(listener) {
      const int threads = listener.options_.connections;
      executor_.emplace(
          Executor::Options{.threads = threads, .queue_limit = static_cast<size_t>(2 * threads)});
    }
    void enqueue(std::function<void()> task) override {
      listener_.MakeRoom();
      executor_->TryPost(std::move(task));  // there is room
    }
    void shutdown() override {
      listener_.EndReading();
      executor_.reset();
    }

   private:
    Listener& listener_;
    std::optional<Executor> executor_;
  };

  // For one more connection. Of those that were ended as many again may not have left yet; then
  // further ones wait in the kernel's backlog, which refuses what exceeds it.
  void MakeRoom() {
    MutexLock lock(mutex_);
    while (taken_ >= 2 * options_.connections) left_.Wait(mutex_);
    if (++taken_ <= options_.connections) return;
    ++to_end_;
    EndFirst();
  }

  void EndFirst() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (to_end_ == 0 || open_.empty()) return;
    --to_end_;
    ::shutdown(open_.front(), SHUT_RDWR);
    open_.pop_front();
  }

  // What hasn't come is not waited for.
  void EndReading() {
    MutexLock lock(mutex_);
    stopping_ = true;
    for (const int socket : open_) ::shutdown(socket, SHUT_RD);
  }

  bool process_and_close_socket(socket_t socket) override {
    {
      MutexLock lock(mutex_);
      if (stopping_) ::shutdown(socket, SHUT_RD);
      open_.push_back(socket);
      EndFirst();
    }
    Connection connection(socket, options_.time_limit, options_.tls ? options_.tls() : nullptr);
    const bool answered = Serve(connection);
    connection.End();
    MutexLock lock(mutex_);
    --taken_;
    left_.NotifyAll();
    open_.remove(socket);
    ::shutdown(socket, SHUT_RDWR);
    close(socket);  // under the lock: from now on the number may stand for another one
    return answered;
  }

  bool Serve(Connection& connection) {
    const auto text = connection.ReadHead(options_.header_limit);
    if (connection.lacks_tls()) {
      return connection.Send(
          "HTTP/1.1 400 refused\r\nConnection: close\r\n"
          "Content-Length: 29\r\n\r\nthis port takes HTTPS alone.\n");
    }
    if (!text) {
      return connection.too_long(options_.header_limit) && Refuse(connection, kHeadTooLong);
    }
    const RequestHead head = RequestHead::Parse(*text);
    const size_t body = takes_body_(head.method, head.path) ? head.body : 0;
    if (head.refusal != 0) return Refuse(connection, head.refusal);
    if (body > options_.body_limit) return Refuse(connection, kBodyTooLong);
    connection.Give(head.ForLibrary(body), body);
    bool closed = false;
    const bool answered = process_request(connection, /*close_connection=*/true, closed, nullptr);
    if (answered && body < head.body) connection.DropRest(options_.body_limit);
    return answered;
  }

  bool Refuse(Connection& connection, int status) const {
    const std::string reply = absl::StrCat(
        "HTTP/1.1 ", status, " refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    const bool answered = connection.write(reply.data(), reply.size()) > 0;
    if (answered) connection.DropRest(options_.body_limit);
    return answered;
  }

  static constexpr int kHeadTooLong = 431;
  static constexpr int kBodyTooLong = 413;

  const http::Server::Options& options_;
  const std::function<bool(const std::string& method, const std::string& path)> takes_body_;
  Mutex mutex_;
  CondVar left_;
  int to_end_ ABSL_GUARDED_BY(mutex_) = 0;       // for others' sake, as soon as they are open
  int taken_ ABSL_GUARDED_BY(mutex_) = 0;        // by connections that wait or are open
  std::list<int> open_ ABSL_GUARDED_BY(mutex_);  // in the order in which they came
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(Options options, std::vector<Route> routes) {
  std::unique_ptr<Server> server(new Server(std::move(options), std::move(routes)));
  const Options& chosen = server->options_;
  if (chosen.port == 0) {
    server->port_ = std::max(0, server->listener_->bind_to_any_port(chosen.address));
  } else if (server->listener_->bind_to_port(chosen.address, chosen.port)) {
    server->port_ = chosen.port;
  }
  if (server->port_ == 0) {
    return Error(absl::StatusCode::kUnavailable, "ADDRESS_IN_USE",
                 absl::StrCat("can't listen on ", chosen.address, ":", chosen.port,
                              "; choose another port or stop what listens there"));
  }
  server->thread_ = std::thread([raw = server.get()] { raw->listener_->listen_after_bind(); });
  server->listening_.wait();
  return server;
}

Server::Server(Options options, std::vector<Route> routes)
    : options_(std::move(options)),
      routes_(std::move(routes)),
      // Listens only once this is called: to stop it before would have no effect.
      listener_(std::make_unique<Listener>(
          options_,
          [this](const std::string& method, const std::string& path) {
            return TakesBody(method, path);
          },
          [this] { listening_.count_down(); })) {
  // Not shared with another process by accident, which httplib's default would allow.
  listener_->set_socket_options([](int socket_fd) {
    const int yes = 1;
    setsockopt(socket_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });

  const auto answer = [this](const httplib::Request& request, httplib::Response& response) {
    ToLibrary(Answer(FromLibrary(request, options_.trusted_proxies)), response);
  };
  // What has no body is answered before the library matches paths with regular expressions.
  listener_->set_pre_routing_handler(
      [this, answer](const httplib::Request& request, httplib::Response& response) {
        if (TakesBody(request.method, request.path)) {
          return httplib::Server::HandlerResponse::Unhandled;
        }
        answer(request, response);
        return httplib::Server::HandlerResponse::Handled;
      });
  listener_->Post(".*", answer);
}

Server::~Server() {
  listener_->stop();
  if (thread_.joinable()) thread_.join();
}

bool Server::TakesBody(const std::string& method, const std::string& path) const {
  return std::ranges::any_of(routes_, [&](const Route& route) {
    return method == "POST" && route.method == method && Fits(route, path);
  });
}

ServerReply Server::Answer(const ServerRequest& request) const {
  std::set<std::string> methods;
  for (const Route& route : routes_) {
    if (!Fits(route, request.path)) continue;
    if (route.method == request.method) return route.handler(request);
    methods.insert(route.method);
  }
  if (methods.contains("GET")) methods.insert("HEAD");
  if (!methods.empty()) {
    return {.status = 405,
            .body = "another method is served here\n",
            .headers = {{"Allow", absl::StrJoin(methods, ", ")}}};
  }
  return {.status = 404, .body = "nothing is served here\n"};
}

}  // namespace clusterwire::http
