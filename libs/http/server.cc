#include "libs/http/server.h"

#include <httplib.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <list>
#include <optional>

#include "absl/strings/str_cat.h"
#include <sys/socket.h>

#include "libs/base/status/error.h"
#include "libs/base/threads/executor.h"
#include "libs/base/threads/mutex.h"

namespace clusterwire::http {
namespace {

// The bytes of a connection until its deadline. httplib's own limits hold for each read.
class Connection final : public httplib::Stream {
 public:
  Connection(int socket, absl::Duration time, size_t bytes)
      : socket_(socket), deadline_(Now() + absl::ToChronoMilliseconds(time)), bytes_(bytes) {}

  bool is_readable() const override { return Await(POLLIN); }
  bool is_writable() const override { return Await(POLLOUT); }

  ssize_t read(char* to, size_t size) override {
    if (from_ == end_) {
      if (bytes_ == 0 || !Await(POLLIN)) return -1;
      const ssize_t got = recv(socket_, buffer_, std::min(bytes_, sizeof buffer_), MSG_DONTWAIT);
      if (got <= 0) return got;
      from_ = buffer_;
      end_ = buffer_ + got;
      bytes_ -= static_cast<size_t>(got);
    }
    const size_t taken = std::min(size, static_cast<size_t>(end_ - from_));
    std::copy_n(from_, taken, to);
    from_ += taken;
    return static_cast<ssize_t>(taken);
  }

  ssize_t write(const char* from, size_t size) override {
    for (size_t done = 0; done < size;) {
      if (!Await(POLLOUT)) return -1;
      const ssize_t sent = send(socket_, from + done, size - done, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent < 0) return -1;
      done += static_cast<size_t>(sent);
    }
    return static_cast<ssize_t>(size);
  }

  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  // httplib refuses what its select() can't wait for; nothing here uses that.
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  static std::chrono::steady_clock::time_point Now() { return std::chrono::steady_clock::now(); }

  bool Await(short events) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Now()).count();
    pollfd wanted{.fd = socket_, .events = events, .revents = 0};
    return left > 0 && poll(&wanted, 1, static_cast<int>(left)) == 1;
  }

  const int socket_;
  const std::chrono::steady_clock::time_point deadline_;
  size_t bytes_;  // that may still be read
  char buffer_[4096];
  const char* from_ = buffer_;  // what is read and not taken
  const char* end_ = buffer_;
};

ServerRequest FromLibrary(const httplib::Request& from) {
  ServerRequest request;
  request.method = from.method == "HEAD" ? "GET" : from.method;
  request.path = from.path;
  for (const auto& [name, value] : from.params) request.query.try_emplace(name, value);
  request.body = from.body;
  return request;
}

void ToLibrary(const ServerReply& reply, httplib::Response& to) {
  to.status = reply.status;
  to.set_content(reply.body, reply.content_type);
}

// Accepts, parses and writes by httplib; which connections there are is decided here.
class Listener final : public httplib::Server {
 public:
  // `options` outlive it. `listening` is called once it has begun to listen.
  Listener(const http::Server::Options& options, std::function<void()> listening)
      : options_(options) {
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
    Connection connection(socket, options_.time_limit, options_.header_limit + options_.body_limit);
    bool closed = false;
    const bool answered = process_request(connection, /*close_connection=*/true, closed, nullptr);
    MutexLock lock(mutex_);
    --taken_;
    left_.NotifyAll();
    open_.remove(socket);
    ::shutdown(socket, SHUT_RDWR);
    close(socket);  // under the lock: from now on the number may stand for another one
    return answered;
  }

  const http::Server::Options& options_;
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
      listener_(std::make_unique<Listener>(options_, [this] { listening_.count_down(); })) {
  // Not shared with another process by accident, which httplib's default would allow.
  listener_->set_socket_options([](int socket_fd) {
    const int yes = 1;
    setsockopt(socket_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  listener_->set_payload_max_length(options_.body_limit);

  const auto answer = [this](const httplib::Request& request, httplib::Response& response) {
    ToLibrary(Answer(FromLibrary(request)), response);
  };
  // What has no body is answered before the library matches paths with regular expressions. It
  // would unpack a compressed body of any size.
  listener_->set_pre_routing_handler(
      [answer](const httplib::Request& request, httplib::Response& response) {
        const bool packed = request.has_header("Content-Encoding");
        if (request.method == "POST" && !packed) return httplib::Server::HandlerResponse::Unhandled;
        if (packed) {
          response.status = 415;
        } else {
          answer(request, response);
        }
        return httplib::Server::HandlerResponse::Handled;
      });
  listener_->Post(".*", answer);
}

Server::~Server() {
  listener_->stop();
  if (thread_.joinable()) thread_.join();
}

ServerReply Server::Answer(const ServerRequest& request) const {
  bool found = false;
  for (const Route& route : routes_) {
    const bool fits = route.path.ends_with('/') ? request.path.starts_with(route.path)
                                                : request.path == route.path;
    if (!fits) continue;
    if (route.method == request.method) return route.handler(request);
    found = true;
  }
  if (found) return {.status = 405, .body = "another method is served here\n"};
  return {.status = 404, .body = "nothing is served here\n"};
}

}  // namespace clusterwire::http
