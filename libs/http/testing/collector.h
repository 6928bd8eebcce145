#pragma once

#include <chrono>
#include <utility>
#include <vector>

#include "libs/base/status/error.h"
#include "libs/base/threads/mutex.h"
#include "libs/http/client.h"

namespace clusterwire::http {

// Waits for the results of a Client. Outlives the client that calls back.
class Collector {
 public:
  Client::Callback Callback() {
    return [this](absl::StatusOr<Response> result) {
      MutexLock lock(mutex_);
      results_.push_back(std::move(result));
      changed_.NotifyAll();
    };
  }

  // At least `count` results, or what came within a minute.
  std::vector<absl::StatusOr<Response>> Take(size_t count) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    MutexLock lock(mutex_);
    while (results_.size() < count) {
      const auto left = end - std::chrono::steady_clock::now();
      if (left <= std::chrono::nanoseconds(0)) break;
      changed_.WaitFor(mutex_, left);
    }
    while (results_.size() < count) {
      results_.push_back(absl::InternalError("no callback came within a minute"));
    }
    return std::exchange(results_, {});
  }
  absl::StatusOr<Response> One() { return Take(1).front(); }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::vector<absl::StatusOr<Response>> results_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::http
