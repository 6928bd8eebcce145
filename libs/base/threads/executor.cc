#include "libs/base/threads/executor.h"

#include <system_error>
#include <utility>

namespace clusterwire {

Executor::Executor(Options options) : options_(options) {}

Executor::~Executor() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(mutex_);
    stopping_ = true;  // none is started any more
    changed_.NotifyAll();
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

bool Executor::LockedStart() {
  if (threads_.size() < static_cast<size_t>(options_.threads)) {
    try {
      threads_.emplace_back([this] { Run(); });
    } catch (const std::system_error&) {
      // Those that there are do it.
    }
  }
  return !threads_.empty();
}

bool Executor::TryPost(std::function<void()> task) {
  {
    MutexLock lock(mutex_);
    if (stopping_ || queue_.size() >= options_.queue_limit ||
        (queue_.size() >= idle_ && !LockedStart())) {
      ++counts_.refused;
      return false;
    }
    queue_.push_back(std::move(task));
    ++counts_.accepted;
  }
  changed_.NotifyOne();  // who wakes finds the lock free
  return true;
}

Executor::Counts Executor::counts() const {
  MutexLock lock(mutex_);
  Counts counts = counts_;
  counts.queued = queue_.size();
  return counts;
}

void Executor::Run() {
  for (bool ran = false;; ran = true) {
    std::function<void()> task;
    {
      MutexLock lock(mutex_);
      if (ran) --counts_.running;
      ++idle_;
      while (queue_.empty() && !stopping_) changed_.Wait(mutex_);
      --idle_;
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
      ++counts_.running;
    }
    task();
    task = nullptr;  // what it captured goes before it counts as done
  }
}

}  // namespace clusterwire
