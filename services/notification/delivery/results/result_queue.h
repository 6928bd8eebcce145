#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"
#include "services/notification/delivery/results/delivery_result.h"

namespace clusterwire::notification {

// Results of tries on their way from the channels' threads to the dispatcher's; no more than may be
// under way. Shared with the channels' callbacks, which may come after the dispatcher is gone.
// `clock` and `random` outlive it.
class ResultQueue {
 public:
  ResultQueue(RetrySchedule schedule, Clock& clock, Random& random)
      : schedule_(std::move(schedule)), clock_(clock), random_(random) {}

  // A try that began at `begun` has just ended.
  void Put(const Job& job, const Outcome& outcome, absl::Time begun) {
    DeliveryResult result =
        ResultOf(job.delivery, outcome, begun, clock_.Now(), schedule_, random_);
    {
      MutexLock lock(mutex_);
      results_.push_back(std::move(result));
    }
    wakeup.Notify();
  }
  std::vector<DeliveryResult> Take() {
    MutexLock lock(mutex_);
    return std::exchange(results_, {});
  }

  Wakeup wakeup;  // the dispatcher's, for everything that it waits for

 private:
  const RetrySchedule schedule_;
  Clock& clock_;
  Random& random_;
  Mutex mutex_;
  std::vector<DeliveryResult> results_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::notification
