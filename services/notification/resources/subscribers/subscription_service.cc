#include <memory>

#include "clusterwire/notification/v1/subscription.grpc.pb.h"

#include "libs/base/status/status_macros.h"
#include "libs/rpc/call/run_unary.h"
#include "services/notification/common/paging.h"
#include "services/notification/services.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class SubscriptionHandler final : public v1::SubscriptionService::CallbackService {
 public:
  SubscriptionHandler(const Handling& handling, Subscriptions& subscriptions)
      : handling_(handling), subscriptions_(subscriptions) {}

  ServerUnaryReactor* GetSubscription(CallbackServerContext* context,
                                      const v1::GetSubscriptionRequest* request,
                                      v1::Subscription* response) override {
    return rpc::RunUnary(handling_.reads, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return subscriptions_.Get(call, *request);
                         });
  }

  ServerUnaryReactor* ListSubscriptions(CallbackServerContext* context,
                                        const v1::ListSubscriptionsRequest* request,
                                        v1::ListSubscriptionsResponse* response) override {
    return rpc::RunUnary(
        handling_.reads, context,
        [this, request, response](const rpc::CallContext& call) -> absl::Status {
          ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(handling_.tokens, *request, {}));
          ASSIGN_OR_RETURN(auto found,
                           subscriptions_.List(call, request->parent(), page.after, page.size + 1));
          response->set_next_page_token(FillPage(handling_.tokens, *request, page, std::move(found),
                                                 kByName, response->mutable_subscriptions()));
          return absl::OkStatus();
        });
  }

  ServerUnaryReactor* CreateSubscription(CallbackServerContext* context,
                                         const v1::CreateSubscriptionRequest* request,
                                         v1::Subscription* response) override {
    return rpc::RunUnary(handling_.writes, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return subscriptions_.Create(call, *request);
                         });
  }

  ServerUnaryReactor* UpdateSubscription(CallbackServerContext* context,
                                         const v1::UpdateSubscriptionRequest* request,
                                         v1::Subscription* response) override {
    return rpc::RunUnary(handling_.writes, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return subscriptions_.Update(call, *request);
                         });
  }

  ServerUnaryReactor* DeleteSubscription(CallbackServerContext* context,
                                         const v1::DeleteSubscriptionRequest* request,
                                         v1::DeleteSubscriptionResponse*) override {
    return rpc::RunUnary(handling_.writes, context, [this, request](const rpc::CallContext& call) {
      return subscriptions_.Delete(call, *request);
    });
  }

 private:
  const Handling handling_;
  Subscriptions& subscriptions_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeSubscriptionService(const Handling& handling,
                                                       Subscriptions& subscriptions) {
  return std::make_unique<SubscriptionHandler>(handling, subscriptions);
}

}  // namespace clusterwire::notification
