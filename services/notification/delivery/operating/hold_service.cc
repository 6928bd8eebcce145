#include <memory>

#include "clusterwire/notification/v1/hold.grpc.pb.h"

#include "libs/api/run.h"
#include "libs/api/standard.h"
#include "libs/base/status/error.h"
#include "libs/rpc/call/run_unary.h"
#include "services/notification/delivery/operating/hold_keeper.h"
#include "services/notification/resources/subscribers/access.h"
#include "services/notification/services.h"

namespace clusterwire::notification {
namespace {

constexpr resource::NamePattern kHoldName("holds/{hold}");

class HoldHandler final : public v1::HoldService::CallbackService {
 public:
  HoldHandler(const Api& api, const Handles& handles) : api_(api), keeper_(handles.hold_keeper) {}

  CW_WRITE(CreateHold, v1::Hold, Create(call, *request))
  CW_WRITE(ReleaseHold, v1::Hold, Release(call, *request))
  CW_WRITE(DiscardHold, v1::Hold, Discard(call, *request))

  api::Reactor* GetHold(api::Context* context, const v1::GetHoldRequest* request,
                        v1::Hold* response) override {
    return rpc::RunUnary(api_.reads, context, response,
                         [this, request](const rpc::CallContext& call) -> absl::StatusOr<v1::Hold> {
                           RETURN_IF_ERROR(Check(api::ViewerOf(call.caller), request->name()));
                           return keeper_->Get(request->name());
                         });
  }
  api::Reactor* ListHolds(api::Context* context, const v1::ListHoldsRequest*,
                          v1::ListHoldsResponse* response) override {
    return rpc::RunUnary(
        api_.reads, context, response,
        [this](const rpc::CallContext& call) -> absl::StatusOr<v1::ListHoldsResponse> {
          RETURN_IF_ERROR(CheckOperator(api::ViewerOf(call.caller)));
          ASSIGN_OR_RETURN(const auto holds, keeper_->List());
          v1::ListHoldsResponse answer;
          answer.mutable_holds()->Assign(holds.begin(), holds.end());
          return answer;
        });
  }

 private:
  static absl::Status Check(const filter::Viewer& viewer, const std::string& name) {
    RETURN_IF_ERROR(CheckOperator(viewer));
    return kHoldName.Check("name", name);
  }
  absl::StatusOr<v1::Hold> Create(const WriteCall& call, const v1::CreateHoldRequest& request) {
    RETURN_IF_ERROR(CheckOperator(call.viewer));
    return keeper_->Create(request.hold(), call.store.caller, call.store.validate_only);
  }
  absl::StatusOr<v1::Hold> Release(const WriteCall& call, const v1::ReleaseHoldRequest& request) {
    RETURN_IF_ERROR(Check(call.viewer, request.name()));
    return keeper_->Release(request.name(), call.store.validate_only);
  }
  absl::StatusOr<v1::Hold> Discard(const WriteCall& call, const v1::DiscardHoldRequest& request) {
    RETURN_IF_ERROR(Check(call.viewer, request.name()));
    return keeper_->Discard(request.name(), call.store.validate_only);
  }

  const Api api_;
  const rpc::Late<HoldKeeper>& keeper_;
};

}  // namespace

rpc::Service MakeHoldService(const Api& api, const Handles& handles) {
  return rpc::ServiceOf<v1::HoldService>(std::make_unique<HoldHandler>(api, handles));
}

}  // namespace clusterwire::notification
