#include "services/notification/delivery/results/retry_schedule.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

#include "libs/base/status/error.h"

namespace clusterwire::notification {

RetrySchedule::RetrySchedule()
    : pauses_({absl::Seconds(5), absl::Minutes(5), absl::Minutes(30), absl::Hours(2),
               absl::Hours(5), absl::Hours(10), absl::Hours(14), absl::Hours(20),
               absl::Hours(24)}) {}

absl::StatusOr<RetrySchedule> RetrySchedule::Create(const config::v1::Delivery& options) {
  FieldErrors errors;
  RetrySchedule schedule;
  if (options.retry_schedule_size() > 0) schedule.pauses_.clear();
  for (const auto& entry : options.retry_schedule()) {
    const absl::Duration pause =
        absl::Nanoseconds(google::protobuf::util::TimeUtil::DurationToNanoseconds(entry));
    if (pause < absl::Seconds(1) || pause > absl::Hours(7 * 24)) {
      errors.Add(absl::StrCat("delivery.retry_schedule[", schedule.pauses_.size(), "]"),
                 "must be from 1 s to 7 days");
    }
    schedule.pauses_.push_back(pause);
  }
  if (schedule.pauses_.size() > kMaxPauses) {
    errors.Add("delivery.retry_schedule", absl::StrCat("at most ", kMaxPauses, " pauses"));
  }
  if (options.has_retry_jitter()) schedule.jitter_ = options.retry_jitter();
  if (!(schedule.jitter_ >= 0 && schedule.jitter_ < 1)) {
    errors.Add("delivery.retry_jitter", "must be from 0 to below 1");
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return schedule;
}

std::optional<absl::Duration> RetrySchedule::PauseAfter(int attempts, Random& random) const {
  const auto index = static_cast<size_t>(attempts - 1);
  if (index >= pauses_.size()) return std::nullopt;
  return pauses_[index] * (1 + jitter_ * (2 * random.Fraction() - 1));
}

}  // namespace clusterwire::notification
