#include "libs/http/testing/receiver.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "libs/base/testing/loopback.h"

namespace clusterwire::http {
namespace {

void Watch(int epoll, int operation, int descriptor, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = descriptor;
  epoll_ctl(epoll, operation, descriptor, &event);
}

// Takes one whole request off the front of `input`; nothing while it isn't all there.
std::optional<Receiver::Seen> TakeRequest(std::string& input) {
  const size_t end = input.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  Receiver::Seen seen;
  size_t line_start = 0;
  while (line_start < end) {
    const size_t line_end = input.find("\r\n", line_start);
    const std::string line = input.substr(line_start, line_end - line_start);
    if (line_start == 0) {
      const size_t first = line.find(' ');
      seen.method = line.substr(0, first);
      seen.path = line.substr(first + 1, line.rfind(' ') - first - 1);
    } else if (const size_t colon = line.find(':'); colon != std::string::npos) {
      seen.headers[absl::AsciiStrToLower(line.substr(0, colon))] =
          std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
    }
    line_start = line_end + 2;
  }
  size_t length = 0;
  (void)absl::SimpleAtoi(seen.headers["content-length"], &length);
  if (input.size() < end + 4 + length) return std::nullopt;
  seen.body = input.substr(end + 4, length);
  input.erase(0, end + 4 + length);
  return seen;
}

}  // namespace

struct Receiver::Connection {
  int descriptor = -1;
  std::string input;
  std::string output;
  std::string part;      // of a body that is sent several times over
  size_t parts = 0;      // still to be sent
  bool closing = false;  // once all is sent
  std::optional<Answer> held;
};

Receiver::Receiver(Decide decide) : decide_(std::move(decide)) {
  listener_ = ListenOnLoopback(SOCK_NONBLOCK, &port_);
  wakeup_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  Watch(epoll_, EPOLL_CTL_ADD, listener_, EPOLLIN);
  Watch(epoll_, EPOLL_CTL_ADD, wakeup_, EPOLLIN);
  thread_ = std::thread([this] { Run(); });
}

Receiver::~Receiver() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  Wake();
  thread_.join();
  for (const auto& [descriptor, connection] : connections_) close(descriptor);
  close(epoll_);
  close(wakeup_);
  close(listener_);
}

std::string Receiver::url(const std::string& path) const {
  return absl::StrCat("http://127.0.0.1:", port_, path);
}

void Receiver::Release() {
  {
    MutexLock lock(mutex_);
    released_ = true;
  }
  Wake();
}

void Receiver::Wake() const {
  const uint64_t one = 1;
  (void)!write(wakeup_, &one, sizeof one);
}

bool Receiver::WaitFor(size_t count, absl::Duration patience) const {
  const auto end = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(patience);
  MutexLock lock(mutex_);
  while (seen_.size() < count) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds(0)) return false;
    changed_.WaitFor(mutex_, left);
  }
  return true;
}

std::vector<Receiver::Seen> Receiver::seen() const {
  MutexLock lock(mutex_);
  return seen_;
}

size_t Receiver::connections() const {
  MutexLock lock(mutex_);
  return accepted_;
}

size_t Receiver::open_connections() const {
  MutexLock lock(mutex_);
  return accepted_ - closed_;
}

void Receiver::Run() {
  std::vector<epoll_event> events(256);
  while (true) {
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int descriptor = events[static_cast<size_t>(i)].data.fd;
      if (descriptor == listener_) {
        Accept();
      } else if (descriptor == wakeup_) {
        uint64_t ignored = 0;
        (void)!read(wakeup_, &ignored, sizeof ignored);
        if (!OnWake()) return;
      } else if (const auto found = connections_.find(descriptor); found != connections_.end()) {
        const bool readable = (events[static_cast<size_t>(i)].events & ~uint32_t{EPOLLOUT}) != 0;
        Serve(*found->second, readable);
      }
    }
  }
}

bool Receiver::OnWake() {
  bool released = false;
  {
    MutexLock lock(mutex_);
    if (stopping_) return false;
    released = released_;
  }
  if (!released) return true;
  std::vector<Connection*> waiting;
  for (const auto& [descriptor, connection] : connections_) {
    if (connection->held) waiting.push_back(connection.get());
  }
  for (Connection* connection : waiting) {
    Queue(*connection, *std::exchange(connection->held, std::nullopt));
    Serve(*connection, false);
  }
  return true;
}

void Receiver::Accept() {
  while (true) {
    const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor < 0) return;
    auto connection = std::make_unique<Connection>();
    connection->descriptor = descriptor;
    connections_[descriptor] = std::move(connection);
    Watch(epoll_, EPOLL_CTL_ADD, descriptor, EPOLLIN);
    MutexLock lock(mutex_);
    ++accepted_;
  }
}

void Receiver::Serve(Connection& connection, bool readable) {
  const bool open = (!readable || Read(connection)) && Write(connection);
  if (!open) {
    const int descriptor = connection.descriptor;
    connections_.erase(descriptor);
    close(descriptor);
    MutexLock lock(mutex_);
    ++closed_;
    return;
  }
  const bool more = !connection.output.empty() || connection.parts > 0;
  Watch(epoll_, EPOLL_CTL_MOD, connection.descriptor,
        more ? uint32_t{EPOLLIN} | uint32_t{EPOLLOUT} : uint32_t{EPOLLIN});
}

bool Receiver::Read(Connection& connection) {
  char buffer[16 * 1024];
  while (true) {
    const ssize_t got = recv(connection.descriptor, buffer, sizeof buffer, 0);
    if (got == 0) return false;
    if (got < 0) break;
    connection.input.append(buffer, static_cast<size_t>(got));
  }
  while (auto seen = TakeRequest(connection.input)) {
    const Answer answer = decide_ ? decide_(*seen) : Answer{};
    bool released = false;
    {
      MutexLock lock(mutex_);
      seen_.push_back(*std::move(seen));
      changed_.NotifyAll();
      released = released_;
    }
    if (answer.close_at_once) return false;
    if (answer.hold && !released) {
      connection.held = answer;
    } else {
      Queue(connection, answer);
    }
  }
  return true;
}

void Receiver::Queue(Connection& connection, const Answer& answer) {
  absl::StrAppend(&connection.output, "HTTP/1.1 ", answer.status, " As told\r\n",
                  "content-length: ", answer.body.size() * answer.repeat_body + answer.withheld,
                  "\r\n");
  for (const auto& [name, value] : answer.headers) {
    absl::StrAppend(&connection.output, name, ": ", value, "\r\n");
  }
  absl::StrAppend(&connection.output, answer.close_after ? "connection: close\r\n\r\n" : "\r\n");
  connection.part = answer.body;
  connection.parts = answer.body.empty() ? 0 : answer.repeat_body;
  connection.closing = answer.close_after || answer.withheld > 0;
}

bool Receiver::Write(Connection& connection) {
  while (true) {
    if (connection.output.empty()) {
      if (connection.parts == 0) return !connection.closing;
      connection.output = connection.part;
      --connection.parts;
    }
    const ssize_t sent = send(connection.descriptor, connection.output.data(),
                              connection.output.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    connection.output.erase(0, static_cast<size_t>(sent));
  }
}

}  // namespace clusterwire::http
