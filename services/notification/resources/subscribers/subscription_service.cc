#include <memory>

#include "clusterwire/notification/v1/subscription.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/notification/resources/subscribers/subscription_rules.h"
#include "services/notification/services.h"

namespace clusterwire::notification {
namespace {

class SubscriptionHandler final : public v1::SubscriptionService::CallbackService {
 public:
  SubscriptionHandler(const Api& api, Subscriptions& subscriptions)
      : api_(api), subscriptions_(subscriptions) {}

  CW_STANDARD(Get, GetSubscription, v1::Subscription, subscriptions_)
  CW_STANDARD(List, ListSubscriptions, v1::ListSubscriptionsResponse, subscriptions_)
  CW_STANDARD(Create, CreateSubscription, v1::Subscription, subscriptions_)
  CW_STANDARD(Update, UpdateSubscription, v1::Subscription, subscriptions_)
  CW_STANDARD(Delete, DeleteSubscription, v1::DeleteSubscriptionResponse, subscriptions_)

 private:
  const Api api_;
  Subscriptions& subscriptions_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeSubscriptionService(const Api& api,
                                                       Subscriptions& subscriptions) {
  return std::make_unique<SubscriptionHandler>(api, subscriptions);
}

}  // namespace clusterwire::notification
