#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/config/v1/notification.pb.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"
#include "services/notification/channels/channels.h"
#include "services/notification/ledger/deliveries/troubles.h"
#include "services/notification/ledger/ledger.h"

// From how a try ended to what the ledger says of it.
namespace clusterwire::notification {

// When a failed try is followed by the next: data from the configuration. Immutable.
class RetrySchedule {
 public:
  static constexpr size_t kMaxPauses = 30;

  // INVALID_ARGUMENT naming the option: pauses of 1 s to 7 days, at most kMaxPauses; jitter from 0
  // to below 1.
  static absl::StatusOr<RetrySchedule> Create(const config::v1::Delivery& options);

  // The pause after `attempts` failed tries (1, 2, …); nothing when it was the last.
  std::optional<absl::Duration> PauseAfter(int attempts, Random& random) const;

 private:
  // By default a little over three days.
  std::vector<absl::Duration> pauses_ = {absl::Seconds(5), absl::Seconds(15), absl::Minutes(1),
                                         absl::Minutes(5), absl::Minutes(30), absl::Hours(2),
                                         absl::Hours(5),   absl::Hours(10),   absl::Hours(14),
                                         absl::Hours(20),  absl::Hours(24)};
  double jitter_ = 0.1;  // ± 10 %
};

// The longest that a receiver is left alone because it asks for it. So one that always asks for
// more is still tried once a day, and is switched off when nothing succeeds there for too long.
inline constexpr absl::Duration kLongestRequest = absl::Hours(24);

// A try that is over. How long it took doesn't depend on the clock.
struct Try {
  absl::Time begun;
  absl::Time ended;
  absl::Duration took;
};

// What a try's outcome makes of its delivery. The next try is when the schedule says, but not
// before the receiver asked for, up to kLongestRequest; after the schedule's end the delivery is
// dead.
DeliveryResult ResultOf(const PendingDelivery& delivery, const Outcome& outcome, const Try& done,
                        const RetrySchedule& schedule, Random& random);

// Results of tries on their way from the channels' threads to the dispatcher's; no more than may be
// under way. Shared with the channels' callbacks, which may come after the dispatcher is gone.
// `clock` and `random` outlive it.
class ResultQueue {
 public:
  ResultQueue(RetrySchedule schedule, Clock& clock, Random& random)
      : schedule_(std::move(schedule)), clock_(clock), random_(random) {}

  // A try has just ended that began at `begun`, by the clock and by its uptime.
  void Put(const Job& job, const Outcome& outcome, absl::Time begun, absl::Duration uptime) {
    const Try done = {.begun = begun, .ended = clock_.Now(), .took = clock_.Uptime() - uptime};
    DeliveryResult result = ResultOf(job.delivery, outcome, done, schedule_, random_);
    result.uptime = uptime + done.took;
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

// By the names of their deliveries.
using Jobs = std::unordered_map<std::string, std::shared_ptr<const Job>>;

// Writes results into the ledger, with what channels put there, all in one transaction; may be
// repeated. Every result's job is in `jobs`. Gives the endpoints at which something failed or was
// refused and nothing succeeded after it; `longest_gap` is what counts of a gap between failures.
absl::StatusOr<std::vector<Trouble>> RecordResults(Ledger& ledger, const Channels& channels,
                                                   std::span<const DeliveryResult> results,
                                                   const Jobs& jobs, absl::Duration longest_gap);

}  // namespace clusterwire::notification
