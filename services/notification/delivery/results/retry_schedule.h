#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/config/v1/notification.pb.h"

#include "libs/base/random.h"

namespace clusterwire::notification {

// When a failed try is followed by the next: data from the configuration. Immutable.
class RetrySchedule {
 public:
  static constexpr size_t kMaxPauses = 30;

  // 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, each ± 10 %: a little over three days.
  RetrySchedule();
  // INVALID_ARGUMENT naming the option: pauses of 1 s to 7 days, at most kMaxPauses; jitter from 0
  // to below 1.
  static absl::StatusOr<RetrySchedule> Create(const config::v1::Delivery& options);

  // The pause after `attempts` failed tries (1, 2, …); nothing when it was the last.
  std::optional<absl::Duration> PauseAfter(int attempts, Random& random) const;

 private:
  std::vector<absl::Duration> pauses_;
  double jitter_ = 0.1;
};

}  // namespace clusterwire::notification
