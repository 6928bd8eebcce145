#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clusterwire/notification/v1/subscription.pb.h"

#include "libs/base/random.h"
#include "libs/filter/predicate.h"
#include "libs/rpc/call/call_context.h"
#include "libs/store/store.h"

namespace clusterwire::notification {

inline constexpr int kMaxSubscriptions = 1000;  // of one subscriber
inline constexpr int kMaxKinds = 50;            // named by one subscription

// The filter of a subscription as it is asked: as the public sees, without prefix words. Errors
// name fields under "subscription.filter".
absl::StatusOr<filter::Predicate> CompileSubscription(const v1::Subscription& subscription);

// Tells a subscription from another that had its name before: its create_time in microseconds.
int64_t WhenMade(const v1::Subscription& subscription);

// What subscribers want to hear of. Every method checks the caller's rights first. A stored filter
// that this release doesn't understand is shown as held; a later release finds it as it was. Safe
// for use from any thread; writes wait for their commit.
class Subscriptions {
 public:
  Subscriptions(store::Store& store, Random& random) : store_(store), random_(random) {}

  absl::StatusOr<v1::Subscription> Get(const rpc::CallContext& call,
                                       const v1::GetSubscriptionRequest& request) const;
  // In the order of names. "subscribers/-" as parent means all, for operators.
  absl::StatusOr<std::vector<v1::Subscription>> List(const rpc::CallContext& call,
                                                     const std::string& parent,
                                                     std::string_view after, size_t limit) const;
  absl::StatusOr<v1::Subscription> Create(const rpc::CallContext& call,
                                          const v1::CreateSubscriptionRequest& request);
  absl::StatusOr<v1::Subscription> Update(const rpc::CallContext& call,
                                          const v1::UpdateSubscriptionRequest& request);
  absl::Status Delete(const rpc::CallContext& call, const v1::DeleteSubscriptionRequest& request);

 private:
  store::Store& store_;
  Random& random_;
};

}  // namespace clusterwire::notification
