#include <utility>

#include "clusterwire/catalogue/v1/operations.grpc.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/status/status_macros.h"
#include "libs/rpc/call/run_unary.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

absl::Status CheckOperator(const rpc::CallContext& call) {
  if (call.caller.is_operator) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, "OPERATORS_ONLY",
               "only operators may ask this; leave out clusterwire-view-as");
}

class OperationsServiceHandler final : public v1::OperationsService::CallbackService {
 public:
  OperationsServiceHandler(rpc::Lane& reads, rpc::Lane& writes, Operations operations)
      : reads_(reads), writes_(writes), operations_(std::move(operations)) {}

  grpc::ServerUnaryReactor* Diagnose(grpc::CallbackServerContext* context,
                                     const v1::DiagnoseRequest*,
                                     v1::DiagnoseResponse* response) override {
    return rpc::RunUnary(
        reads_, context, response,
        [this](const rpc::CallContext& call) -> absl::StatusOr<v1::DiagnoseResponse> {
          RETURN_IF_ERROR(CheckOperator(call));
          return operations_.diagnose();
        });
  }

  grpc::ServerUnaryReactor* StartNewHistory(grpc::CallbackServerContext* context,
                                            const v1::StartNewHistoryRequest* request,
                                            v1::StartNewHistoryResponse* response) override {
    return rpc::RunUnary(writes_, context,
                         [this, request, response](const rpc::CallContext& call) -> absl::Status {
                           RETURN_IF_ERROR(CheckOperator(call));
                           ASSIGN_OR_RETURN(*response->mutable_history_id(),
                                            operations_.start_new_history(request->history_id()));
                           return absl::OkStatus();
                         });
  }

 private:
  rpc::Lane& reads_;
  rpc::Lane& writes_;
  const Operations operations_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeOperationsService(rpc::Lane& reads, rpc::Lane& writes,
                                                     Operations operations) {
  return std::make_unique<OperationsServiceHandler>(reads, writes, std::move(operations));
}

}  // namespace clusterwire::catalogue
