#include "libs/base/threads/executor.h"

#include <utility>

namespace clusterwire {

Executor::Executor(Options options) : options_(options) {
  threads_.reserve(static_cast<size_t>(options_.threads));
  for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { Run(); });
}

Executor::~Executor() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

bool Executor::TryPost(std::function<void()> task) {
  MutexLock lock(mutex_);
  if (stopping_ || queue_.size() >= options_.queue_limit) {
    ++counts_.refused;
    return false;
  }
  queue_.push_back(std::move(task));
  ++counts_.accepted;
  changed_.NotifyOne();
  return true;
}

Executor::Counts Executor::counts() const {
  MutexLock lock(mutex_);
  Counts counts = counts_;
  counts.queued = queue_.size();
  return counts;
}

void Executor::Run() {
  while (true) {
    std::function<void()> task;
    {
      MutexLock lock(mutex_);
      while (queue_.empty() && !stopping_) changed_.Wait(mutex_);
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
      ++counts_.running;
    }
    task();
    task = nullptr;  // what it captured goes before it counts as done
    MutexLock lock(mutex_);
    --counts_.running;
  }
}

}  // namespace clusterwire
