#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include <curl/curl.h>

// For this library's .cc files only.
namespace clusterwire::http {

// curl's multi handle over epoll: a turn costs what happens in it, not what is in flight, so that
// thousands of silent receivers don't slow the others. One thread owns it, but for Wake().
class Multi {
 public:
  // At most so many connections, in use and idle, before the oldest idle one is closed.
  explicit Multi(size_t connections);
  ~Multi();
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  void Add(CURL* easy);
  void Remove(CURL* easy);
  // Waits until something happens or Wake() is called, and lets curl act on it.
  void Turn();
  // From any thread; one that comes while nobody waits is kept.
  void Wake();
  // A transfer that has ended, and how; nothing when there is no more.
  std::optional<std::pair<CURL*, CURLcode>> NextDone();

 private:
  using Clock = std::chrono::steady_clock;

  static int OnWatch(CURL*, curl_socket_t socket, int what, void* self, void* known);
  static int OnTimer(CURLM*, long milliseconds, void* self);
  int WaitMilliseconds() const;
  void Act(curl_socket_t socket, int events);

  CURLM* multi_;
  int epoll_;
  int wakeup_;
  std::optional<Clock::time_point> due_;  // when curl wants to be called without any event
};

}  // namespace clusterwire::http
