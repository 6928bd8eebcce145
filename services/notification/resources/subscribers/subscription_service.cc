#include <memory>

#include "clusterwire/notification/v1/subscription.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/notification/channels/calendar/feed.h"
#include "services/notification/delivery/dispatcher.h"
#include "services/notification/resources/subscribers/subscription_rules.h"
#include "services/notification/services.h"

namespace clusterwire::notification {
namespace {

class SubscriptionHandler final : public v1::SubscriptionService::CallbackService {
 public:
  SubscriptionHandler(const Api& api, const Handles& handles)
      : api_(api),
        subscriptions_(handles.subscriptions),
        calendar_feed_(handles.calendar_feed),
        dispatcher_(handles.dispatcher) {}

  CW_STANDARD(Get, GetSubscription, v1::Subscription, subscriptions_)
  CW_STANDARD(List, ListSubscriptions, v1::ListSubscriptionsResponse, subscriptions_)
  CW_STANDARD(Create, CreateSubscription, v1::Subscription, subscriptions_)
  CW_STANDARD(Update, UpdateSubscription, v1::Subscription, subscriptions_)
  CW_WRITE(DeleteSubscription, v1::DeleteSubscriptionResponse, Delete(call, *request))
  CW_WRITE(RotateCalendarFeed, v1::CalendarFeed,
           calendar_feed_->Rotate({.viewer = call.viewer}, request->name()))
  CW_WRITE(RevokeCalendarFeed, v1::RevokeCalendarFeedResponse, Revoke(call, *request))

 private:
  absl::StatusOr<v1::RevokeCalendarFeedResponse> Revoke(
      const WriteCall& call, const v1::RevokeCalendarFeedRequest& request) {
    RETURN_IF_ERROR(calendar_feed_->Revoke({.viewer = call.viewer}, request.name()));
    return v1::RevokeCalendarFeedResponse();
  }
  absl::StatusOr<v1::DeleteSubscriptionResponse> Delete(
      const WriteCall& call, const v1::DeleteSubscriptionRequest& request) {
    RETURN_IF_ERROR(subscriptions_->Delete(call, request.name(), request.etag()).status());
    // Not after a dry run, nor when a repeated request finds the name given to another since.
    const auto found = subscriptions_->Get({.viewer = call.viewer}, request.name());
    if (absl::IsNotFound(found.status())) {
      dispatcher_->Forget(request.name(), "wanted: the subscription was deleted");
    }
    return v1::DeleteSubscriptionResponse();
  }

  const Api api_;
  const rpc::Late<Subscriptions>& subscriptions_;
  const rpc::Late<CalendarFeed>& calendar_feed_;
  const rpc::Late<Dispatcher>& dispatcher_;
};

}  // namespace

rpc::Service MakeSubscriptionService(const Api& api, const Handles& handles) {
  return rpc::ServiceOf<v1::SubscriptionService>(
      std::make_unique<SubscriptionHandler>(api, handles));
}

}  // namespace clusterwire::notification
