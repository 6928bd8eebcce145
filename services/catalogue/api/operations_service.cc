#include "clusterwire/catalogue/v1/operations.grpc.pb.h"

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/run_unary.h"
#include "services/catalogue/api/services.h"

namespace clusterwire::catalogue {
namespace {

absl::Status CheckOperator(const rpc::CallContext& call) {
  if (call.caller.is_operator) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, "OPERATORS_ONLY",
               "only operators may ask this; leave out clusterwire-view-as");
}

class OperationsServiceHandler final : public v1::OperationsService::CallbackService {
 public:
  OperationsServiceHandler(const Api& api, Diagnosis& diagnosis)
      : api_(api), diagnosis_(diagnosis) {}

  grpc::ServerUnaryReactor* Diagnose(grpc::CallbackServerContext* context,
                                     const v1::DiagnoseRequest*,
                                     v1::DiagnoseResponse* response) override {
    return rpc::RunUnary(
        api_.reads, context, response,
        [this](const rpc::CallContext& call) -> absl::StatusOr<v1::DiagnoseResponse> {
          RETURN_IF_ERROR(CheckOperator(call));
          return diagnosis_.Diagnose();
        });
  }

  grpc::ServerUnaryReactor* StartNewHistory(grpc::CallbackServerContext* context,
                                            const v1::StartNewHistoryRequest* request,
                                            v1::StartNewHistoryResponse* response) override {
    return rpc::RunUnary(api_.writes, context,
                         [this, request, response](const rpc::CallContext& call) -> absl::Status {
                           RETURN_IF_ERROR(CheckOperator(call));
                           ASSIGN_OR_RETURN(*response->mutable_history_id(),
                                            diagnosis_.StartNewHistory(request->history_id()));
                           return absl::OkStatus();
                         });
  }

 private:
  const Api api_;
  Diagnosis& diagnosis_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeOperationsService(const Api& api, Diagnosis& diagnosis) {
  return std::make_unique<OperationsServiceHandler>(api, diagnosis);
}

}  // namespace clusterwire::catalogue
