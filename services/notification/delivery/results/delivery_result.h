#pragma once

#include "absl/time/time.h"

#include "libs/base/random.h"
#include "services/notification/channels/channels.h"
#include "services/notification/delivery/results/retry_schedule.h"
#include "services/notification/ledger/deliveries/deliveries.h"

namespace clusterwire::notification {

// The longest that a receiver is left alone because it asks for it. So one that always asks for
// more is still tried once a day, and is switched off when nothing succeeds there for too long.
inline constexpr absl::Duration kLongestRequest = absl::Hours(24);

// What a try's outcome makes of its delivery. The next try is when the schedule says, but not
// before the receiver asked for, up to kLongestRequest; after the schedule's end the delivery is
// dead.
DeliveryResult ResultOf(const PendingDelivery& delivery, const Outcome& outcome, absl::Time begun,
                        absl::Time ended, const RetrySchedule& schedule, Random& random);

}  // namespace clusterwire::notification
