#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/base/time/clock.h"
#include "libs/base/threads/executor.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/random.h"
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
  // reason SLOW_READER. gRPC itself hides some 6 MB a stream before it shows that nobody reads.
  absl::Duration stall = absl::Seconds(30);
  // A step is asked for at least this often, woken or not.
  absl::Duration poll = absl::Seconds(10);
};

// What all calls of a process share: metrics, clock, random numbers, and the register of open
// streams with one thread that wakes and cuts them. Declare it, and then the lanes, after
// everything that handlers use and before the server: destruction then first ends calls, then what
// they used.
class Runtime {
 public:
  struct Options {
    size_t max_streams = 1000;  // open at once; further ones get RESOURCE_EXHAUSTED
    StreamLimits stream = {};
    absl::Duration tick = absl::Milliseconds(500);  // how often stalls and polls are looked at
  };

  Runtime(telemetry::Metrics& metrics, Clock& clock, Random& random, Options options);
  Runtime(telemetry::Metrics& metrics, Clock& clock, Random& random)
      : Runtime(metrics, clock, random, Options()) {}
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Ends every open stream with `status` and refuses new ones with it. Doesn't wait for the
  // clients.
  void EndStreams(const absl::Status& status);
  // Waits until none is open: gRPC is done with it, its last step ended, and its source is gone.
  void AwaitStreams();
  // Takes new ones again.
  void TakeStreams();
  size_t open_streams() const;

  telemetry::Metrics& metrics() { return metrics_; }
  Clock& clock() { return clock_; }
  Random& random() { return random_; }
  const StreamLimits& stream_limits() const { return options_.stream; }

 private:
  friend class StreamCore;
  absl::Status Enter(const std::shared_ptr<StreamCore>& stream);
  void Leave(const StreamCore* stream);
  std::vector<std::shared_ptr<StreamCore>> Streams() const;
  void Watch();

  telemetry::Metrics& metrics_;
  Clock& clock_;
  Random& random_;
  const Options options_;
  mutable Mutex mutex_;
  CondVar left_;
  std::vector<std::shared_ptr<StreamCore>> streams_ ABSL_GUARDED_BY(mutex_);
  absl::Status ended_ ABSL_GUARDED_BY(mutex_);
  Wakeup stop_;
  std::atomic<bool> stopping_ = false;
  std::thread watcher_;
};

// A bounded executor for calls of one kind, with its metrics: "reads", "writes". One kind never
// queues behind another.
class Lane {
 public:
  struct Options {
    std::string name = "";
    int threads = 4;
    size_t queue_limit = 1000;
  };

  Lane(Runtime& runtime, Options options);

  // False, and counted, when the queue is full.
  bool TryPost(std::function<void()> task) { return executor_.TryPost(std::move(task)); }
  // What a refused caller is told: RESOURCE_EXHAUSTED, reason QUEUE_FULL, with RetryInfo.
  absl::Status FullError() const;
  Runtime& runtime() { return runtime_; }

 private:
  Runtime& runtime_;
  const std::string name_;
  Executor executor_;
  telemetry::Metrics::Collector collector_;
};

}  // namespace clusterwire::rpc
