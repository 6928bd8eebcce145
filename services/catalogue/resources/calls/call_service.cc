#include "clusterwire/catalogue/v1/call.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/calls/call_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class CallHandler final : public Handler<v1::CallService, Calls> {
 public:
  using Handler::Handler;

  CW_STANDARD_ALL(Call, Calls, v1::Call, resources_)
  CW_WRITE(PublishCall, v1::Call, resources_->Publish(call, request->name(), request->etag()))
  CW_WRITE(WithdrawCall, v1::Call, resources_->Withdraw(call, *request))

  grpc::ServerUnaryReactor* CheckCallEligibility(
      grpc::CallbackServerContext* context, const v1::CheckCallEligibilityRequest* request,
      v1::CheckCallEligibilityResponse* response) override {
    return api::RunRead(api_, context, request->min_revision(),
                        rpc::Answering(response, [this, request](const ReadCall& call) {
                          return resources_->CheckEligibility(call, *request);
                        }));
  }
};

}  // namespace

rpc::Service MakeCallService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::CallService>(std::make_unique<CallHandler>(api, store));
}

}  // namespace clusterwire::catalogue
