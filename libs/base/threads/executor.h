#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "libs/base/threads/mutex.h"

namespace clusterwire {

// A fixed number of threads and a bounded queue in front of them. Safe for use from any thread.
// The destructor runs what is queued, then joins.
class Executor {
 public:
  struct Options {
    int threads = 4;
    size_t queue_limit = 1000;  // tasks that wait; those running don't count
  };
  struct Counts {
    uint64_t accepted = 0;
    uint64_t refused = 0;  // the queue was full, or the executor was stopping
    size_t queued = 0;     // now
    size_t running = 0;    // now
  };

  explicit Executor(Options options);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // False, and the task is dropped, when the queue is full.
  bool TryPost(std::function<void()> task);

  Counts counts() const;

 private:
  void Run();

  const Options options_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  Counts counts_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;  // last: they use everything above
};

}  // namespace clusterwire
