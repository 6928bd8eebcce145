#include <memory>

#include "clusterwire/notification/v1/subscriber.grpc.pb.h"

#include "libs/base/status/status_macros.h"
#include "libs/rpc/call/run_unary.h"
#include "libs/telemetry/log.h"
#include "services/notification/common/paging.h"
#include "services/notification/services.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"
#include "services/notification/resources/subscribers/subscriber_rules.h"
#include "services/notification/ledger/inbox.h"
#include "services/notification/ledger/ledger.h"

namespace clusterwire::notification {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class SubscriberHandler final : public v1::SubscriberService::CallbackService {
 public:
  SubscriberHandler(const Handling& handling, Subscribers& subscribers, Endpoints& endpoints,
                    Ledger& ledger)
      : handling_(handling), subscribers_(subscribers), endpoints_(endpoints), ledger_(ledger) {}

  ServerUnaryReactor* GetSubscriber(CallbackServerContext* context,
                                    const v1::GetSubscriberRequest* request,
                                    v1::Subscriber* response) override {
    return rpc::RunUnary(
        handling_.reads, context, response,
        [this, request](const rpc::CallContext& call) { return subscribers_.Get(call, *request); });
  }

  ServerUnaryReactor* ListSubscribers(CallbackServerContext* context,
                                      const v1::ListSubscribersRequest* request,
                                      v1::ListSubscribersResponse* response) override {
    return rpc::RunUnary(
        handling_.reads, context,
        [this, request, response](const rpc::CallContext& call) -> absl::Status {
          ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(handling_.tokens, *request, {}));
          ASSIGN_OR_RETURN(auto found, subscribers_.List(call, page.after, page.size + 1));
          response->set_next_page_token(FillPage(handling_.tokens, *request, page, std::move(found),
                                                 kByName, response->mutable_subscribers()));
          return absl::OkStatus();
        });
  }

  ServerUnaryReactor* CreateSubscriber(CallbackServerContext* context,
                                       const v1::CreateSubscriberRequest* request,
                                       v1::Subscriber* response) override {
    return rpc::RunUnary(handling_.writes, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return subscribers_.Create(call, *request);
                         });
  }

  ServerUnaryReactor* UpdateSubscriber(CallbackServerContext* context,
                                       const v1::UpdateSubscriberRequest* request,
                                       v1::Subscriber* response) override {
    return rpc::RunUnary(handling_.writes, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return subscribers_.Update(call, *request);
                         });
  }

  ServerUnaryReactor* DeleteSubscriber(CallbackServerContext* context,
                                       const v1::DeleteSubscriberRequest* request,
                                       v1::DeleteSubscriberResponse*) override {
    return rpc::RunUnary(handling_.writes, context, [this, request](const rpc::CallContext& call) {
      const absl::Status deleted = subscribers_.Delete(call, *request);
      if (deleted.ok() && IsGone(call, request->name())) ForgetInbox(request->name());
      return deleted;
    });
  }

  ServerUnaryReactor* GetEndpoint(CallbackServerContext* context,
                                  const v1::GetEndpointRequest* request,
                                  v1::Endpoint* response) override {
    return rpc::RunUnary(
        handling_.reads, context, response,
        [this, request](const rpc::CallContext& call) { return endpoints_.Get(call, *request); });
  }

  ServerUnaryReactor* ListEndpoints(CallbackServerContext* context,
                                    const v1::ListEndpointsRequest* request,
                                    v1::ListEndpointsResponse* response) override {
    return rpc::RunUnary(
        handling_.reads, context,
        [this, request, response](const rpc::CallContext& call) -> absl::Status {
          ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(handling_.tokens, *request, {}));
          ASSIGN_OR_RETURN(auto found,
                           endpoints_.List(call, request->parent(), page.after, page.size + 1));
          response->set_next_page_token(FillPage(handling_.tokens, *request, page, std::move(found),
                                                 kByName, response->mutable_endpoints()));
          return absl::OkStatus();
        });
  }

  ServerUnaryReactor* CreateEndpoint(CallbackServerContext* context,
                                     const v1::CreateEndpointRequest* request,
                                     v1::Endpoint* response) override {
    return rpc::RunUnary(handling_.writes, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return endpoints_.Create(call, *request);
                         });
  }

  ServerUnaryReactor* EnableEndpoint(CallbackServerContext* context,
                                     const v1::EnableEndpointRequest* request,
                                     v1::Endpoint* response) override {
    return rpc::RunUnary(handling_.writes, context, response,
                         [this, request](const rpc::CallContext& call) {
                           return endpoints_.Enable(call, *request);
                         });
  }

  ServerUnaryReactor* DeleteEndpoint(CallbackServerContext* context,
                                     const v1::DeleteEndpointRequest* request,
                                     v1::DeleteEndpointResponse*) override {
    return rpc::RunUnary(handling_.writes, context, [this, request](const rpc::CallContext& call) {
      return endpoints_.Delete(call, *request);
    });
  }

 private:
  // Not after a rehearsal, nor when a repeated request finds the name given to another since.
  bool IsGone(const rpc::CallContext& call, const std::string& subscriber) const {
    v1::GetSubscriberRequest get;
    get.set_name(subscriber);
    return absl::IsNotFound(subscribers_.Get(call, get).status());
  }

  // Nobody can read it any more, so what can't be removed now is left to the end of its retention.
  void ForgetInbox(const std::string& subscriber) {
    const absl::Status forgotten = ledger_.Write(
        [&](sql::Connection& connection) { return Inbox(connection).Forget(subscriber); });
    if (!forgotten.ok()) telemetry::LogWarning("inbox not removed yet", {{"error", forgotten}});
  }

  const Handling handling_;
  Subscribers& subscribers_;
  Endpoints& endpoints_;
  Ledger& ledger_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeSubscriberService(const Handling& handling,
                                                     Subscribers& subscribers, Endpoints& endpoints,
                                                     Ledger& ledger) {
  return std::make_unique<SubscriberHandler>(handling, subscribers, endpoints, ledger);
}

}  // namespace clusterwire::notification
