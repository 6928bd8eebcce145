#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "absl/time/time.h"

#include "libs/base/time/clock.h"

namespace clusterwire::service {

// Does something now and then in a thread of its own: the first time at once, then `pause` after it
// returned. The destructor waits for a running one. What it does must be bounded in time.
class Periodic {
 public:
  // `clock` outlives it.
  Periodic(Clock& clock, absl::Duration pause, std::function<void()> work)
      : clock_(clock), pause_(pause), work_(std::move(work)), thread_([this] { Run(); }) {}
  ~Periodic() {
    stopping_ = true;
    wakeup_.Notify();
    thread_.join();
  }
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

 private:
  void Run() {
    while (!stopping_) {
      work_();
      clock_.WaitUntil(wakeup_, clock_.Now() + pause_);
    }
  }

  Clock& clock_;
  const absl::Duration pause_;
  const std::function<void()> work_;
  std::atomic<bool> stopping_ = false;
  Wakeup wakeup_;
  std::thread thread_;  // last: it uses everything above
};

}  // namespace clusterwire::service
