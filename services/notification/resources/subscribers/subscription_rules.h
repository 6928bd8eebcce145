#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

#include "clusterwire/notification/v1/subscription.pb.h"

#include "libs/base/random.h"
#include "libs/filter/predicate.h"
#include "services/notification/resources/subscribers/access.h"

namespace clusterwire::notification {

inline constexpr int kMaxSubscriptions = 1000;  // of one subscriber
inline constexpr int kMaxKinds = 50;            // named by one subscription

// The filter of a subscription as it is asked: as the public sees, without prefix words. Errors
// name fields under "subscription.filter".
absl::StatusOr<filter::Predicate> CompileSubscription(const v1::Subscription& subscription);

// Tells a subscription from another that had its name before: its create_time in microseconds.
int64_t WhenMade(const v1::Subscription& subscription);

// What subscribers want to hear of. A stored filter that this release doesn't understand is shown
// as held; a later release finds it as it was. Safe for use from any thread; writes wait for their
// commit.
class Subscriptions : public resource::Resources<v1::Subscription> {
 public:
  Subscriptions(store::Store& store, Random& random);
};

}  // namespace clusterwire::notification
