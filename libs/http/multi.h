#pragma once

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

// For transfer_loop.h only.
namespace clusterwire::http {

// curl's multi handle over epoll: a turn costs what happens in it, not what is in flight, so that
// thousands of silent receivers don't slow the others. One thread owns it, but for Wake().
class Multi {
 public:
  // At most so many connections, in use and idle, before the oldest idle one is closed.
  explicit Multi(size_t connections)
      : multi_(curl_multi_init()),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        wakeup_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(connections));
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Multi::OnWatch);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Multi::OnTimer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    Watch(EPOLL_CTL_ADD, wakeup_, EPOLLIN);
  }
  ~Multi() {
    curl_multi_cleanup(multi_);
    close(wakeup_);
    close(epoll_);
  }
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  void Add(CURL* easy) { curl_multi_add_handle(multi_, easy); }
  void Remove(CURL* easy) { curl_multi_remove_handle(multi_, easy); }

  // From any thread; one that comes while no thread waits is kept. What was told before a turn
  // needs to be looked for after it: many that wake at once cost one call of the system.
  void Wake() {
    if (woken_.exchange(true)) return;
    const uint64_t one = 1;
    (void)!write(wakeup_, &one, sizeof one);
  }

  // Waits until something happens or Wake() is called, and lets curl act on it.
  void WaitAndAct() {
    std::array<epoll_event, 256> events;
    const int count =
        epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), WaitMilliseconds());
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<size_t>(i)];
      if (event.data.fd == wakeup_) {
        uint64_t ignored = 0;
        (void)!read(wakeup_, &ignored, sizeof ignored);
        woken_ = false;
        continue;
      }
      int mask = 0;
      if ((event.events & EPOLLIN) != 0) mask |= CURL_CSELECT_IN;
      if ((event.events & EPOLLOUT) != 0) mask |= CURL_CSELECT_OUT;
      if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) mask |= CURL_CSELECT_ERR;
      Act(event.data.fd, mask);
    }
    if (due_ && Clock::now() >= *due_) {
      due_.reset();
      Act(CURL_SOCKET_TIMEOUT, 0);
    }
  }

  // A transfer that has ended, and how; nothing when there is no more.
  std::optional<std::pair<CURL*, CURLcode>> NextDone() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg == CURLMSG_DONE) {
        return std::pair{message->easy_handle, message->data.result};
      }
    }
    return std::nullopt;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr int kLongestMilliseconds = 60'000;

  static int OnWatch(CURL*, curl_socket_t socket, int what, void* self, void* known) {
    auto* multi = static_cast<Multi*>(self);
    if (what == CURL_POLL_REMOVE) {
      epoll_ctl(multi->epoll_, EPOLL_CTL_DEL, socket, nullptr);
      return 0;
    }
    uint32_t events = 0;
    if ((what & CURL_POLL_IN) != 0) events |= EPOLLIN;
    if ((what & CURL_POLL_OUT) != 0) events |= EPOLLOUT;
    multi->Watch(known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, events);
    if (known == nullptr) curl_multi_assign(multi->multi_, socket, self);
    return 0;
  }
  static int OnTimer(CURLM*, long milliseconds, void* self) {
    auto* multi = static_cast<Multi*>(self);
    multi->due_.reset();
    if (milliseconds >= 0) multi->due_ = Clock::now() + std::chrono::milliseconds(milliseconds);
    return 0;
  }

  void Watch(int operation, int descriptor, uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = descriptor;
    epoll_ctl(epoll_, operation, descriptor, &event);
  }
  int WaitMilliseconds() const {
    if (!due_) return kLongestMilliseconds;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due_ - Clock::now()).count();
    return static_cast<int>(std::clamp<int64_t>(left, 0, kLongestMilliseconds));
  }
  void Act(curl_socket_t socket, int events) {
    int running = 0;
    curl_multi_socket_action(multi_, socket, events, &running);
  }

  CURLM* multi_;
  int epoll_;
  int wakeup_;
  std::atomic<bool> woken_ = false;       // since the last turn
  std::optional<Clock::time_point> due_;  // when curl wants to be called without any event
};

}  // namespace clusterwire::http
