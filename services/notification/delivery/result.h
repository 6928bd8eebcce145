#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "absl/time/time.h"

#include "libs/base/time/clock.h"
#include "libs/base/threads/mutex.h"
#include "services/notification/channels/channel.h"
#include "services/notification/ledger/deliveries.h"

namespace clusterwire::notification {

// A look at a delivery that ended, by a try or by a gate, and what it says about the endpoint.
struct Result {
  enum class Health { kUnknown, kGood, kBad };

  std::shared_ptr<const Job> job;
  Settlement settlement = {};
  Health health = Health::kUnknown;
  absl::Time until = absl::InfinitePast();  // it is left alone, as it asked
  bool disable_endpoint = false;
};

// Tries that ended, on their way from the channels' threads to the dispatcher's; no more than may
// be under way. Shared with the callbacks, which may come after the dispatcher is gone.
struct Outcomes {
  struct Ended {
    std::shared_ptr<const Job> job;
    Outcome outcome;
    absl::Time begun;
    absl::Time ended;
  };

  void Put(Ended ended) {
    {
      MutexLock lock(mutex);
      list.push_back(std::move(ended));
    }
    wakeup.Notify();
  }
  std::vector<Ended> Take() {
    MutexLock lock(mutex);
    return std::exchange(list, {});
  }

  Mutex mutex;
  std::vector<Ended> list ABSL_GUARDED_BY(mutex);
  Wakeup wakeup;  // the dispatcher's, for everything that it waits for
};

}  // namespace clusterwire::notification
