#include <memory>

#include "clusterwire/notification/v1/subscriber.grpc.pb.h"

#include "libs/base/status/status_macros.h"
#include "libs/rpc/call/run_unary.h"
#include "libs/telemetry/log.h"
#include "services/notification/common/paging.h"
#include "services/notification/ledger/inbox/inbox.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"
#include "services/notification/resources/subscribers/subscriber_rules.h"
#include "services/notification/services.h"

namespace clusterwire::notification {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class SubscriberHandler final : public v1::SubscriberService::CallbackService {
 public:
  explicit SubscriberHandler(const Handling& handling) : handling_(handling) {}

  ServerUnaryReactor* GetSubscriber(CallbackServerContext* context,
                                    const v1::GetSubscriberRequest* request,
                                    v1::Subscriber* response) override {
    return rpc::RunUnary(handling_.reads, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return handling_.parts.subscribers->Get(call, *request);
                         });
  }

  ServerUnaryReactor* ListSubscribers(CallbackServerContext* context,
                                      const v1::ListSubscribersRequest* request,
                                      v1::ListSubscribersResponse* response) override {
    return rpc::RunUnary(handling_.reads, context,
                         [this, request, response](const rpc::CallContext& call) -> absl::Status {
                           ASSIGN_OR_RETURN(const rpc::Page page,
                                            rpc::ReadPage(*handling_.parts.tokens, *request, {}));
                           ASSIGN_OR_RETURN(auto found, handling_.parts.subscribers->List(
                                                            call, page.after, page.size + 1));
                           response->set_next_page_token(FillPage(*handling_.parts.tokens, *request,
                                                                  page, std::move(found), kByName,
                                                                  response->mutable_subscribers()));
                           return absl::OkStatus();
                         });
  }

  ServerUnaryReactor* CreateSubscriber(CallbackServerContext* context,
                                       const v1::CreateSubscriberRequest* request,
                                       v1::Subscriber* response) override {
    return rpc::RunUnary(handling_.writes, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return handling_.parts.subscribers->Create(call, *request);
                         });
  }

  ServerUnaryReactor* UpdateSubscriber(CallbackServerContext* context,
                                       const v1::UpdateSubscriberRequest* request,
                                       v1::Subscriber* response) override {
    return rpc::RunUnary(handling_.writes, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return handling_.parts.subscribers->Update(call, *request);
                         });
  }

  ServerUnaryReactor* DeleteSubscriber(CallbackServerContext* context,
                                       const v1::DeleteSubscriberRequest* request,
                                       v1::DeleteSubscriberResponse*) override {
    return rpc::RunUnary(handling_.writes, context, [this, request](const rpc::CallContext& call) {
      const absl::Status deleted = handling_.parts.subscribers->Delete(call, *request);
      if (deleted.ok() && IsGone(call, request->name())) ForgetInbox(request->name());
      return deleted;
    });
  }

  ServerUnaryReactor* GetEndpoint(CallbackServerContext* context,
                                  const v1::GetEndpointRequest* request,
                                  v1::Endpoint* response) override {
    return rpc::RunUnary(handling_.reads, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return handling_.parts.endpoints->Get(call, *request);
                         });
  }

  ServerUnaryReactor* ListEndpoints(CallbackServerContext* context,
                                    const v1::ListEndpointsRequest* request,
                                    v1::ListEndpointsResponse* response) override {
    return rpc::RunUnary(handling_.reads, context,
                         [this, request, response](const rpc::CallContext& call) -> absl::Status {
                           ASSIGN_OR_RETURN(const rpc::Page page,
                                            rpc::ReadPage(*handling_.parts.tokens, *request, {}));
                           ASSIGN_OR_RETURN(
                               auto found, handling_.parts.endpoints->List(
                                               call, request->parent(), page.after, page.size + 1));
                           response->set_next_page_token(FillPage(*handling_.parts.tokens, *request,
                                                                  page, std::move(found), kByName,
                                                                  response->mutable_endpoints()));
                           return absl::OkStatus();
                         });
  }

  ServerUnaryReactor* CreateEndpoint(CallbackServerContext* context,
                                     const v1::CreateEndpointRequest* request,
                                     v1::Endpoint* response) override {
    return rpc::RunUnary(handling_.writes, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return handling_.parts.endpoints->Create(call, *request);
                         });
  }

  ServerUnaryReactor* EnableEndpoint(CallbackServerContext* context,
                                     const v1::EnableEndpointRequest* request,
                                     v1::Endpoint* response) override {
    return rpc::RunUnary(handling_.writes, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return handling_.parts.endpoints->Enable(call, *request);
                         });
  }

  ServerUnaryReactor* DeleteEndpoint(CallbackServerContext* context,
                                     const v1::DeleteEndpointRequest* request,
                                     v1::DeleteEndpointResponse*) override {
    return rpc::RunUnary(handling_.writes, context, [this, request](const rpc::CallContext& call) {
      return handling_.parts.endpoints->Delete(call, *request);
    });
  }

 private:
  // Not after a dry run, nor when a repeated request finds the name given to another since.
  bool IsGone(const rpc::CallContext& call, const std::string& subscriber) const {
    v1::GetSubscriberRequest get;
    get.set_name(subscriber);
    return absl::IsNotFound(handling_.parts.subscribers->Get(call, get).status());
  }

  // Nobody can read it any more, so what can't be removed now is left to the end of its retention.
  void ForgetInbox(const std::string& subscriber) {
    const absl::Status forgotten = handling_.parts.ledger->Write(
        [&](sql::Connection& connection) { return Inbox(connection).Forget(subscriber); });
    if (!forgotten.ok()) telemetry::LogWarning("inbox not removed yet", {{"error", forgotten}});
  }

  const Handling handling_;
};

}  // namespace

rpc::Service MakeSubscriberService(const Handling& handling) {
  return rpc::ServiceOf<v1::SubscriberService>(std::make_unique<SubscriberHandler>(handling));
}

}  // namespace clusterwire::notification
