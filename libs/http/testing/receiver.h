#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"

namespace clusterwire::http {

// A web server for tests of what sends requests: records what it gets and answers as told, from one
// thread for any number of connections, without sleeping. Listens on 127.0.0.1. Safe for use from
// any thread.
class Receiver {
 public:
  struct Seen {
    std::string method;
    std::string path;                            // with the query
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
  };
  struct Answer {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string body = {};
    size_t repeat_body = 1;      // the body, this many times over: for huge ones
    bool hold = false;           // answers only after Release()
    bool close_at_once = false;  // closes the connection without an answer
    bool close_after = false;    // closes after the answer
    size_t withheld = 0;  // bytes of the body that are promised and don't come: then it closes
  };
  using Decide = std::function<Answer(const Seen&)>;

  // Without `decide`: 200 for everything. It runs on the receiver's thread.
  explicit Receiver(Decide decide = {});
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  int port() const { return port_; }
  std::string url(const std::string& path = "/") const;

  // Sends what is held, and from now on holds nothing.
  void Release();
  // Waits until `count` requests came in all; false after `patience`.
  bool WaitFor(size_t count, absl::Duration patience = absl::Seconds(20)) const;
  std::vector<Seen> seen() const;
  // Connections accepted so far: tells whether they are reused.
  size_t connections() const;
  // Those that are open now.
  size_t open_connections() const;

 private:
  struct Connection;
  void Run();
  void Accept();
  // These three say whether the connection, or the receiver, goes on.
  bool OnWake();
  bool Read(Connection& connection);
  static bool Write(Connection& connection);
  void Serve(Connection& connection, bool readable);
  static void Queue(Connection& connection, const Answer& answer);
  void Wake() const;

  const Decide decide_;
  int listener_ = -1;
  int wakeup_ = -1;
  int epoll_ = -1;
  int port_ = 0;
  std::map<int, std::unique_ptr<Connection>> connections_;  // the thread's own

  mutable Mutex mutex_;
  mutable CondVar changed_;
  std::vector<Seen> seen_ ABSL_GUARDED_BY(mutex_);
  size_t accepted_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t closed_ ABSL_GUARDED_BY(mutex_) = 0;
  bool released_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses everything above
};

}  // namespace clusterwire::http
