#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "libs/base/threads/mutex.h"

namespace clusterwire::notification {

// Tells those who wait at an inbox that this process has put something there. What other processes
// put there is found by asking now and then. Safe for use from any thread.
class InboxSignal {
 public:
  // Waits as long as it lives; `wake` is called under a lock and must be quick.
  class Waiter {
   public:
    Waiter(InboxSignal& signal, std::string_view subscriber, std::function<void()> wake);
    ~Waiter();
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

   private:
    InboxSignal& signal_;
    const std::string subscriber_;
    uint64_t id_ = 0;
  };

  void Notify(std::string_view subscriber);

 private:
  Mutex mutex_;
  uint64_t last_id_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::map<uint64_t, std::function<void()>>, std::less<>> waiting_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::notification
