#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "libs/base/threads/mutex.h"

namespace clusterwire {

// A bounded number of threads, started as tasks come for which none is idle, and a bounded queue in
// front of them. Safe for use from any thread. The destructor runs what is queued, then joins.
class Executor {
 public:
  struct Options {
    int threads = 4;
    size_t queue_limit = 1000;  // tasks that wait; those running don't count
  };
  struct Counts {
    uint64_t accepted = 0;
    uint64_t refused = 0;  // the queue was full, there was no thread, or the executor was stopping
    size_t queued = 0;     // now
    size_t running = 0;    // now
  };

  explicit Executor(Options options);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // False, and the task is dropped, when the queue is full, or when the system gives not one
  // thread.
  bool TryPost(std::function<void()> task);

  Counts counts() const;

 private:
  void Run();
  // Another thread, where there may be one more; whether there is any.
  bool LockedStart() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  Counts counts_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  size_t idle_ ABSL_GUARDED_BY(mutex_) = 0;  // threads that wait for tasks
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire
