#include <memory>

#include "clusterwire/notification/v1/subscription.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/notification/resources/subscribers/subscription_rules.h"
#include "services/notification/services.h"

namespace clusterwire::notification {
namespace {

class SubscriptionHandler final : public v1::SubscriptionService::CallbackService {
 public:
  SubscriptionHandler(const Api& api, const Handles& handles)
      : api_(api), subscriptions_(handles.subscriptions) {}

  CW_STANDARD(Get, GetSubscription, v1::Subscription, subscriptions_)
  CW_STANDARD(List, ListSubscriptions, v1::ListSubscriptionsResponse, subscriptions_)
  CW_STANDARD(Create, CreateSubscription, v1::Subscription, subscriptions_)
  CW_STANDARD(Update, UpdateSubscription, v1::Subscription, subscriptions_)
  CW_STANDARD(Delete, DeleteSubscription, v1::DeleteSubscriptionResponse, subscriptions_)

 private:
  const Api api_;
  const rpc::Late<Subscriptions>& subscriptions_;
};

}  // namespace

rpc::Service MakeSubscriptionService(const Api& api, const Handles& handles) {
  return rpc::ServiceOf<v1::SubscriptionService>(
      std::make_unique<SubscriptionHandler>(api, handles));
}

}  // namespace clusterwire::notification
