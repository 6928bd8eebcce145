#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/executor.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/rpc/call/parking.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::rpc {

class StreamCore;

// The bounds of each open stream.
struct StreamLimits {
  // From either on, no step is asked for; a step adds at most as much again.
  size_t queued_messages = 256;
  size_t queued_bytes = 1 << 20;
  size_t received_messages = 256;  // beyond either, nothing more is read from the client
  size_t received_bytes = 4 << 20;
  // A client that takes no message for so long while some wait is cut off: RESOURCE_EXHAUSTED,
  // reason SLOW_READER. gRPC itself hides some 6 MB a stream before it shows a reader that doesn't
  // read.
  absl::Duration stall = absl::Seconds(30);
  // A step is asked for at least this often, woken or not.
  absl::Duration poll = absl::Seconds(10);
};

// What all calls of a process share: metrics, clock, random numbers, whether the service has
// started, the calls that are parked, and the register of open streams with one thread that wakes
// and cuts them. Declare it, and then the thread pools, before the server, which ends all calls.
class Runtime {
 public:
  struct Options {
    size_t max_streams = 1000;  // open at once; further ones get RESOURCE_EXHAUSTED
    StreamLimits stream = {};
    absl::Duration tick = absl::Milliseconds(500);  // how often stalls and polls are looked at
    Parking::Options parking = {};
    bool started = true;  // false: calls are refused until SetStarted()
  };

  Runtime(telemetry::Metrics& metrics, Clock& clock, Random& random, Options options);
  Runtime(telemetry::Metrics& metrics, Clock& clock, Random& random)
      : Runtime(metrics, clock, random, Options()) {}
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Ends every open stream with `status` and refuses new ones with it. Doesn't wait for the
  // clients.
  void EndStreams(const absl::Status& status);
  // Waits until none is open: gRPC is done with it, its last step ended, and its source is gone.
  void AwaitStreams();

  // From now on calls are run: what they use is there.
  void SetStarted() { started_ = true; }
  bool started() const { return started_; }

  Parking& parking() { return parking_; }
  telemetry::Metrics& metrics() { return metrics_; }
  Clock& clock() { return clock_; }
  Random& random() { return random_; }
  const StreamLimits& stream_limits() const { return options_.stream; }

 private:
  friend class StreamCore;
  absl::Status Enter(const std::shared_ptr<StreamCore>& stream);
  void Leave(const StreamCore* stream);
  std::vector<std::shared_ptr<StreamCore>> Streams() const;

  telemetry::Metrics& metrics_;
  Clock& clock_;
  Random& random_;
  const Options options_;
  std::atomic<bool> started_;
  telemetry::Gauge gauge_;  // of open streams
  Parking parking_;
  mutable Mutex mutex_;
  CondVar left_;
  std::vector<std::shared_ptr<StreamCore>> streams_ ABSL_GUARDED_BY(mutex_);
  absl::Status ended_ ABSL_GUARDED_BY(mutex_);
  Worker watcher_;  // last: its thread uses everything above
};

// A thread pool with a bounded queue for calls of one kind, with its metrics: "reads", "writes".
// One kind never queues behind another.
class ThreadPool {
 public:
  struct Options {
    std::string name = "";
    int threads = 4;
    size_t queue_limit = 1000;
    bool from_start = false;  // its calls are run also before Runtime::SetStarted()
  };

  ThreadPool(Runtime& runtime, Options options);

  // False, and counted, when the queue is full.
  bool TryPost(std::function<void()> task) { return executor_.TryPost(std::move(task)); }
  // What a refused caller is told: RESOURCE_EXHAUSTED, reason QUEUE_FULL, with RetryInfo.
  absl::Status FullError() const;
  // UNAVAILABLE, reason STARTING, with RetryInfo, while the service has not all that it needs: the
  // one check of all runners.
  absl::Status CheckStarted() const;
  Runtime& runtime() { return runtime_; }

 private:
  Runtime& runtime_;
  const std::string name_;
  const bool from_start_;
  Executor executor_;
  telemetry::Metrics::Collector collector_;
};

}  // namespace clusterwire::rpc
