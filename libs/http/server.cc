#include "libs/http/server.h"

#include <httplib.h>

#include <algorithm>
#include <deque>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/threads/mutex.h"

namespace clusterwire::http {
namespace {

// httplib's own pool has an endless queue. This one holds the accepting thread while it is full, so
// that further connections wait in the kernel's backlog, which refuses what exceeds it.
class BoundedPool final : public httplib::TaskQueue {
 public:
  BoundedPool(int threads, size_t limit) : limit_(limit) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
  }

  void enqueue(std::function<void()> task) override {
    MutexLock lock(mutex_);
    while (tasks_.size() >= limit_) changed_.Wait(mutex_);
    tasks_.push_back(std::move(task));
    changed_.NotifyAll();
  }

  void shutdown() override {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
      changed_.NotifyAll();
    }
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void Run() {
    while (true) {
      std::function<void()> task;
      {
        MutexLock lock(mutex_);
        while (tasks_.empty() && !stopping_) changed_.Wait(mutex_);
        if (tasks_.empty()) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
        changed_.NotifyAll();
      }
      task();
    }
  }

  const size_t limit_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

ServerRequest FromLibrary(const httplib::Request& from) {
  ServerRequest request;
  request.method = from.method == "HEAD" ? "GET" : from.method;
  request.path = from.path;
  for (const auto& [name, value] : from.params) request.query.try_emplace(name, value);
  request.body = from.body;
  request.header = [&from](const char* name) { return from.get_header_value(name); };
  return request;
}

void ToLibrary(const ServerReply& reply, httplib::Response& to) {
  to.status = reply.status;
  for (const auto& [name, value] : reply.headers) to.set_header(name, value);
  to.set_content(reply.body, reply.content_type);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(Options options, std::vector<Route> routes) {
  std::unique_ptr<Server> server(new Server(std::move(options), std::move(routes)));
  const Options& chosen = server->options_;
  if (chosen.port == 0) {
    server->port_ = std::max(0, server->server_->bind_to_any_port(chosen.address));
  } else if (server->server_->bind_to_port(chosen.address, chosen.port)) {
    server->port_ = chosen.port;
  }
  if (server->port_ == 0) {
    return Error(absl::StatusCode::kUnavailable, "ADDRESS_IN_USE",
                 absl::StrCat("can't listen on ", chosen.address, ":", chosen.port,
                              "; choose another port or stop what listens there"));
  }
  server->thread_ = std::thread([raw = server.get()] { raw->server_->listen_after_bind(); });
  server->listening_.wait();
  return server;
}

Server::Server(Options options, std::vector<Route> routes)
    : options_(std::move(options)),
      routes_(std::move(routes)),
      server_(std::make_unique<httplib::Server>()) {
  // Called when it begins to listen; to stop it before that would have no effect.
  server_->new_task_queue = [this] {
    listening_.count_down();
    return new BoundedPool(options_.threads, options_.waiting_limit);
  };
  // Not shared with another process by accident, which httplib's default would allow.
  server_->set_socket_options([](int socket_fd) {
    const int yes = 1;
    setsockopt(socket_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  server_->set_payload_max_length(options_.body_limit);
  server_->set_read_timeout(absl::ToChronoMilliseconds(options_.read_limit));
  server_->set_write_timeout(absl::ToChronoMilliseconds(options_.write_limit));
  server_->set_keep_alive_timeout(absl::ToInt64Seconds(options_.idle_limit));

  const httplib::Server::Handler answer = [this](const httplib::Request& request,
                                                 httplib::Response& response) {
    ToLibrary(Answer(FromLibrary(request)), response);
  };
  // Requests without a body are answered before the library matches paths with regular expressions.
  server_->set_pre_routing_handler(
      [answer](const httplib::Request& request, httplib::Response& response) {
        if (request.method != "GET" && request.method != "HEAD") {
          return httplib::Server::HandlerResponse::Unhandled;
        }
        answer(request, response);
        return httplib::Server::HandlerResponse::Handled;
      });
  constexpr char kAny[] = ".*";
  server_->Post(kAny, answer);
  server_->Put(kAny, answer);
  server_->Patch(kAny, answer);
  server_->Delete(kAny, answer);
  server_->Options(kAny, answer);
}

Server::~Server() {
  server_->stop();
  if (thread_.joinable()) thread_.join();
}

ServerReply Server::Answer(const ServerRequest& request) const {
  bool found = false;
  for (const Route& route : routes_) {
    const bool fits = route.match == Route::Match::kExact ? request.path == route.path
                                                          : request.path.starts_with(route.path);
    if (!fits) continue;
    if (route.method == request.method) return route.handler(request);
    found = true;
  }
  if (found) return {.status = 405, .body = "another method is served here\n"};
  return {.status = 404, .body = "nothing is served here\n"};
}

}  // namespace clusterwire::http
