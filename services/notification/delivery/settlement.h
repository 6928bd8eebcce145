#pragma once

#include "absl/time/time.h"

#include "libs/base/random.h"
#include "services/notification/channels/channel.h"
#include "services/notification/delivery/retry_schedule.h"

namespace clusterwire::notification {

// The longest that a receiver is left alone because it asks for it. So one that always asks for
// more is still tried once a day, and is switched off when nothing succeeds there for too long.
inline constexpr absl::Duration kLongestRequest = absl::Hours(24);

// Until when a receiver that answered at `ended` is left alone, of what it asked for.
absl::Time ObeyedUntil(const Wait& wait, absl::Time ended);

// What a try's outcome makes of its delivery. The next try is when the schedule says, but not
// before ObeyedUntil(); after the schedule's end the delivery is dead.
Settlement SettlementOf(const PendingDelivery& delivery, const Outcome& outcome, absl::Time begun,
                        absl::Time ended, const RetrySchedule& schedule, Random& random);

}  // namespace clusterwire::notification
