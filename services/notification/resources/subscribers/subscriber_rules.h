#pragma once

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clusterwire/notification/v1/subscriber.pb.h"

#include "libs/base/random.h"
#include "libs/rpc/call/call_context.h"
#include "libs/store/store.h"

namespace clusterwire::notification {

// Who wants to hear of changes. Every method checks the caller's rights first. Safe for use from
// any thread; writes wait for their commit, so call them where waiting is allowed.
class Subscribers {
 public:
  Subscribers(store::Store& store, Random& random) : store_(store), random_(random) {}

  absl::StatusOr<v1::Subscriber> Get(const rpc::CallContext& call,
                                     const v1::GetSubscriberRequest& request) const;
  // In the order of names, those after `after`, at most `limit`. Operators only.
  absl::StatusOr<std::vector<v1::Subscriber>> List(const rpc::CallContext& call,
                                                   std::string_view after, size_t limit) const;
  // Operators only.
  absl::StatusOr<v1::Subscriber> Create(const rpc::CallContext& call,
                                        const v1::CreateSubscriberRequest& request);
  absl::StatusOr<v1::Subscriber> Update(const rpc::CallContext& call,
                                        const v1::UpdateSubscriberRequest& request);
  // With its endpoints and subscriptions, in one write.
  absl::Status Delete(const rpc::CallContext& call, const v1::DeleteSubscriberRequest& request);

 private:
  store::Store& store_;
  Random& random_;
};

}  // namespace clusterwire::notification
