#include <memory>

#include "clusterwire/notification/v1/subscription.grpc.pb.h"

#include "libs/base/status/status_macros.h"
#include "libs/rpc/call/run_unary.h"
#include "services/notification/common/paging.h"
#include "services/notification/resources/subscribers/subscription_rules.h"
#include "services/notification/services.h"

namespace clusterwire::notification {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class SubscriptionHandler final : public v1::SubscriptionService::CallbackService {
 public:
  explicit SubscriptionHandler(const Handling& handling) : handling_(handling) {}

  ServerUnaryReactor* GetSubscription(CallbackServerContext* context,
                                      const v1::GetSubscriptionRequest* request,
                                      v1::Subscription* response) override {
    return rpc::RunUnary(handling_.reads, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return handling_.parts.subscriptions->Get(call, *request);
                         });
  }

  ServerUnaryReactor* ListSubscriptions(CallbackServerContext* context,
                                        const v1::ListSubscriptionsRequest* request,
                                        v1::ListSubscriptionsResponse* response) override {
    return rpc::RunUnary(
        handling_.reads, context,
        [this, request, response](const rpc::CallContext& call) -> absl::Status {
          ASSIGN_OR_RETURN(const rpc::Page page,
                           rpc::ReadPage(*handling_.parts.tokens, *request, {}));
          ASSIGN_OR_RETURN(auto found, handling_.parts.subscriptions->List(
                                           call, request->parent(), page.after, page.size + 1));
          response->set_next_page_token(FillPage(*handling_.parts.tokens, *request, page,
                                                 std::move(found), kByName,
                                                 response->mutable_subscriptions()));
          return absl::OkStatus();
        });
  }

  ServerUnaryReactor* CreateSubscription(CallbackServerContext* context,
                                         const v1::CreateSubscriptionRequest* request,
                                         v1::Subscription* response) override {
    return rpc::RunUnary(handling_.writes, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return handling_.parts.subscriptions->Create(call, *request);
                         });
  }

  ServerUnaryReactor* UpdateSubscription(CallbackServerContext* context,
                                         const v1::UpdateSubscriptionRequest* request,
                                         v1::Subscription* response) override {
    return rpc::RunUnary(handling_.writes, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return handling_.parts.subscriptions->Update(call, *request);
                         });
  }

  ServerUnaryReactor* DeleteSubscription(CallbackServerContext* context,
                                         const v1::DeleteSubscriptionRequest* request,
                                         v1::DeleteSubscriptionResponse*) override {
    return rpc::RunUnary(handling_.writes, context, [this, request](const rpc::CallContext& call) {
      return handling_.parts.subscriptions->Delete(call, *request);
    });
  }

 private:
  const Handling handling_;
};

}  // namespace

rpc::Service MakeSubscriptionService(const Handling& handling) {
  return rpc::ServiceOf<v1::SubscriptionService>(std::make_unique<SubscriptionHandler>(handling));
}

}  // namespace clusterwire::notification
