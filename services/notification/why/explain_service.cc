#include <memory>

#include "clusterwire/notification/v1/explain.grpc.pb.h"

#include "libs/api/run.h"
#include "libs/rpc/call/run_unary.h"
#include "services/notification/resources/subscribers/subscription_rules.h"
#include "services/notification/services.h"
#include "services/notification/why/explainer.h"
#include "services/notification/why/previewer.h"

namespace clusterwire::notification {
namespace {

class ExplainHandler final : public v1::ExplainService::CallbackService {
 public:
  ExplainHandler(const Api& api, const Handles& handles) : api_(api), handles_(handles) {}

  grpc::ServerUnaryReactor* Explain(grpc::CallbackServerContext* context,
                                    const v1::ExplainRequest* request,
                                    v1::ExplainResponse* response) override {
    return rpc::RunUnary(
        api_.reads, context, response, [this, request](const rpc::CallContext& call) {
          return notification::Explain(api::ViewerOf(call.caller), handles_, *request);
        });
  }
  grpc::ServerUnaryReactor* Preview(grpc::CallbackServerContext* context,
                                    const v1::PreviewRequest* request,
                                    v1::PreviewResponse* response) override {
    return rpc::RunUnary(
        api_.reads, context, response, [this, request](const rpc::CallContext& call) {
          return notification::Preview(api::ViewerOf(call.caller), handles_, *request,
                                       handles_.subscriptions->store().clock());
        });
  }

 private:
  const Api api_;
  const Handles& handles_;
};

}  // namespace

rpc::Service MakeExplainService(const Api& api, const Handles& handles) {
  return rpc::ServiceOf<v1::ExplainService>(std::make_unique<ExplainHandler>(api, handles));
}

}  // namespace clusterwire::notification
