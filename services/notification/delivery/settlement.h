#pragma once

#include "absl/time/time.h"

#include "libs/base/random.h"
#include "services/notification/channels/channel.h"
#include "services/notification/delivery/retry_schedule.h"

namespace clusterwire::notification {

// What a try's outcome makes of its delivery. The next try is when the schedule says, but not
// before the receiver wants it; after the schedule's end the delivery is dead.
Settlement SettlementOf(const PendingDelivery& delivery, const Outcome& outcome, absl::Time begun,
                        absl::Time ended, const RetrySchedule& schedule, Random& random);

}  // namespace clusterwire::notification
