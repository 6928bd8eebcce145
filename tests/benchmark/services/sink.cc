// A receiver of POSTs that is faster than what is measured by it: answers each with 204 at once,
// keeps connections, and reads no more of a request than its length. One thread.
//
//   sink PORT    GET /count answers how many POSTs came, GET /bytes of how many bytes in all;
//                GET /arrivals when they came, a line "NUMBER TIME" for each that names a
//                clusters/load-NUMBER, in microseconds of the monotonic clock, and forgets them;
//                POST /dead… is never answered
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace clusterwire {
namespace {

constexpr absl::string_view kAnswer = "HTTP/1.1 204 No Content\r\n\r\n";

class Sink {
 public:
  explicit Sink(uint16_t port) {
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    bound_ = bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
             listen(listener_, SOMAXCONN) == 0;
    Watch(listener_);
  }
  bool bound() const { return bound_; }

  [[noreturn]] void Run() {
    std::array<epoll_event, 256> events;
    while (true) {
      const int ready = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < ready; ++i) {
        const int socket = events.at(static_cast<size_t>(i)).data.fd;
        if (socket == listener_) {
          const int taken = accept(listener_, nullptr, nullptr);
          const int on = 1;
          setsockopt(taken, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
          Watch(taken);
        } else {
          Read(socket);
        }
      }
    }
  }

 private:
  void Watch(int socket) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    epoll_ctl(poll_, EPOLL_CTL_ADD, socket, &event);
  }
  void Read(int socket) {
    std::array<char, 65536> buffer;
    const ssize_t bytes = recv(socket, buffer.data(), buffer.size(), 0);
    if (bytes <= 0) {
      close(socket);
      begun_.erase(socket);
      return;
    }
    std::string& text = begun_[socket];
    text.append(buffer.data(), static_cast<size_t>(bytes));
    std::string answers;
    for (size_t used = Take(text, &answers); used > 0; used = Take(text, &answers)) {
      text.erase(0, used);
    }
    if (!answers.empty()) send(socket, answers.data(), answers.size(), MSG_NOSIGNAL);
  }
  // How long the first request is, 0 while it isn't whole; adds its answer.
  size_t Take(absl::string_view text, std::string* answers) {
    const size_t head = text.find("\r\n\r\n");
    if (head == absl::string_view::npos) return 0;
    if (absl::StartsWith(text, "GET ")) {
      const std::string said = Said(text);
      absl::StrAppend(answers, "HTTP/1.1 200 OK\r\nContent-Length: ", said.size(), "\r\n\r\n",
                      said);
      return head + 4;
    }
    size_t length = 0;
    for (absl::string_view rest = text.substr(0, head); !rest.empty();) {
      const size_t end = rest.find("\r\n");
      const absl::string_view line = rest.substr(0, end);
      constexpr absl::string_view kLength = "content-length:";
      if (absl::StartsWithIgnoreCase(line, kLength)) {
        (void)absl::SimpleAtoi(line.substr(kLength.size()), &length);
      }
      rest = end == absl::string_view::npos ? absl::string_view() : rest.substr(end + 2);
    }
    if (text.size() < head + 4 + length) return 0;
    ++posts_;
    NoteArrival(text.substr(head, 4 + length));
    bytes_ += static_cast<int64_t>(head + 4 + length);
    if (!absl::StartsWith(text, "POST /dead")) absl::StrAppend(answers, kAnswer);
    return head + 4 + length;
  }

  std::string Said(absl::string_view request) {
    if (absl::StartsWith(request, "GET /bytes")) return absl::StrCat(bytes_);
    if (absl::StartsWith(request, "GET /arrivals")) return std::exchange(arrivals_, "");
    return absl::StrCat(posts_);
  }
  void NoteArrival(absl::string_view body) {
    constexpr absl::string_view kName = "clusters/load-";
    const size_t at = body.find(kName);
    if (at == absl::string_view::npos) return;
    absl::string_view number = body.substr(at + kName.size());
    number = number.substr(0, number.find_first_not_of("0123456789"));
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    absl::StrAppend(&arrivals_, number, " ",
                    std::chrono::duration_cast<std::chrono::microseconds>(now).count(), "\n");
  }

  const int listener_ = socket(AF_INET, SOCK_STREAM, 0);
  const int poll_ = epoll_create1(0);
  bool bound_ = false;
  int64_t posts_ = 0;
  int64_t bytes_ = 0;  // of them
  std::string arrivals_;
  std::map<int, std::string> begun_;
};

}  // namespace
}  // namespace clusterwire

int main(int argc, char** argv) {
  clusterwire::Sink sink(static_cast<uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0));
  if (!sink.bound()) return 1;
  std::puts("listening");
  std::fflush(stdout);
  sink.Run();
}
