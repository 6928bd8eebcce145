#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"

#include "libs/base/threads/executor.h"
#include "libs/rpc/server/runtime.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::rpc {

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
