#pragma once

#include <atomic>
#include <chrono>
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
#include "libs/rpc/admission/caller_limits.h"
#include "libs/rpc/admission/identifying.h"
#include "libs/rpc/call/authenticator.h"
#include "libs/rpc/call/parking.h"
#include "libs/rpc/server/call_notes.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::rpc {

class StreamCore;

// The bounds of each open stream.
struct StreamLimits {
  // From either on, no step is asked for; a step fills up to them, and may exceed them by its last
  // message. Another message is on its way.
  size_t queued_messages = 256;
  size_t queued_bytes = 64 << 10;
  size_t received_messages = 256;  // beyond either, nothing more is read from the client
  size_t received_bytes = 256 << 10;
  // A client that takes no message for so long is cut off: RESOURCE_EXHAUSTED, reason SLOW_READER.
  // That queues behind the message that isn't taken; after `reset` more, both are dropped. What the
  // kernel and the client's own library keep, up to some MB a connection, counts as taken.
  absl::Duration stall = absl::Seconds(10);
  absl::Duration reset = absl::Seconds(5);
  // A step is asked for at least this often, woken or not.
  absl::Duration poll = absl::Seconds(10);
  // How often it is asked whether the caller still is who they were and has the same rights.
  absl::Duration recheck = absl::Seconds(10);
};

// What all calls of a process share: metrics, clock, random numbers, whether the service has
// started, the calls that are parked, and the register of open streams with one thread that wakes
// and cuts them. Declare it, and then the thread pools, before the server, which ends all calls.
class Runtime {
 public:
  struct Options {
    size_t max_streams = 1000;  // open at once; further ones get RESOURCE_EXHAUSTED
    StreamLimits stream = {};
    // Outgoing bytes that all streams hold. Beyond, the client that has taken nothing for the
    // longest time, else the one that most is held for, is cut off, and what it held is given back
    // at once.
    int64_t stream_bytes = 128 << 20;
    absl::Duration tick = absl::Milliseconds(500);  // how often stalls and polls are looked at
    Parking::Options parking = {};
    // Outlives the runtime; null: all calls are refused as long as it runs.
    Authenticator* authenticator = nullptr;
    Identifying::Options identifying = {};
    CallerLimits::Options callers = {};
    bool started = true;  // false: calls are refused until SetStarted()
    // Of a call, counted as HTTP/2 does; more is RESOURCE_EXHAUSTED, reason METADATA_TOO_LARGE.
    size_t max_metadata_bytes = 16 << 10;
  };

  Runtime(telemetry::Metrics& metrics, Clock& clock, Random& random, Options options);
  Runtime(telemetry::Metrics& metrics, Clock& clock, Random& random)
      : Runtime(metrics, clock, random, Options()) {}
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  using SteadyTime = std::chrono::steady_clock::time_point;

  // From now on calls are run: what they use is there.
  void SetStarted() { started_ = true; }
  bool started() const { return started_; }
  // UNAVAILABLE, with RetryInfo, reason STARTING: what others than operators are told until then.
  absl::Status StartingError() const;

  // What knows the rights of callers: members, edits and owns of one who has shown who they are.
  // It runs on the pools, for each of their calls, and may wait for the database. Without it only
  // operators have any. Set once, before SetStarted(); it lives until the last call is over.
  using Rights = std::function<absl::Status(Caller*)>;
  void SetRights(Rights rights) { rights_ = std::move(rights); }
  absl::Status AddRights(Caller* caller) const {
    return rights_ ? rights_(caller) : absl::OkStatus();
  }

  // The stop. From now on each call and each stream that comes is refused with `status`, and each
  // that isn't known yet by whom it is.
  void Refuse(const absl::Status& status);
  absl::Status refusal() const;
  // Ends every open stream with `status`. Doesn't wait for the clients.
  void EndStreams(const absl::Status& status);
  // Waits until no call runs and no stream is open, and all that they answered is written.
  void AwaitCalls(SteadyTime until);
  // Waits until no call came for `quiet`.
  void AwaitQuiet(std::chrono::milliseconds quiet, SteadyTime until);
  // Waits until no stream is open: gRPC is done with it, its last step ended, its source is gone.
  void AwaitStreams();

  // A call counts as running from one to the other.
  void EnterCall();
  void LeaveCall();

  Authenticator* authenticator() const { return options_.authenticator; }
  Identifying& identifying() { return identifying_; }
  CallerLimits& caller_limits() { return caller_limits_; }
  Parking& parking() { return parking_; }
  CallNotes& notes() { return notes_; }
  telemetry::Metrics& metrics() { return metrics_; }
  Clock& clock() { return clock_; }
  Random& random() { return random_; }
  const StreamLimits& stream_limits() const { return options_.stream; }
  size_t max_metadata_bytes() const { return options_.max_metadata_bytes; }

 private:
  friend class StreamCore;
  absl::Status Enter(const std::shared_ptr<StreamCore>& stream);
  void Leave(const StreamCore* stream);
  void AddStreamBytes(int64_t bytes) { stream_bytes_ += bytes; }
  void CutSlowReaders();  // under no stream's lock
  void CountSlowReader() { slow_readers_.Add(); }
  std::vector<std::shared_ptr<StreamCore>> Streams() const;

  telemetry::Metrics& metrics_;
  Clock& clock_;
  Random& random_;
  const Options options_;
  std::atomic<bool> started_;
  std::atomic<bool> refusing_ = false;  // what `refusal_` says; spares most calls the lock
  CallNotes notes_;
  telemetry::Gauge gauge_;  // of open streams
  telemetry::Counter slow_readers_;
  std::atomic<int64_t> stream_bytes_ = 0;
  telemetry::Metrics::Collector collector_;  // shows it
  Rights rights_;
  CallerLimits caller_limits_;
  Identifying identifying_;  // its threads use the above
  Parking parking_;
  mutable Mutex mutex_;
  CondVar left_;
  std::vector<std::shared_ptr<StreamCore>> streams_ ABSL_GUARDED_BY(mutex_);
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  SteadyTime last_call_ ABSL_GUARDED_BY(mutex_) = {};
  absl::Status refusal_ ABSL_GUARDED_BY(mutex_);
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
  // The one check of all runners. UNAVAILABLE, with RetryInfo: reason STARTING while the service
  // has not all that it needs, SHUTTING_DOWN when it stops.
  absl::Status CheckTaken() const;
  Runtime& runtime() { return runtime_; }

 private:
  Runtime& runtime_;
  const std::string name_;
  const bool from_start_;
  Executor executor_;
  telemetry::Metrics::Collector collector_;
};

}  // namespace clusterwire::rpc
