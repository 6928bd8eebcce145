#include <memory>

#include "clusterwire/notification/v1/operations.grpc.pb.h"

#include "libs/base/status_macros.h"
#include "libs/rpc/run_unary.h"
#include "services/notification/api/services.h"
#include "services/notification/domain/access.h"
#include "services/notification/operations/diagnosis.h"

namespace clusterwire::notification {
namespace {

class OperationsHandler final : public v1::OperationsService::CallbackService {
 public:
  OperationsHandler(const Handling& handling, Diagnosis& diagnosis)
      : handling_(handling), diagnosis_(diagnosis) {}

  grpc::ServerUnaryReactor* Diagnose(grpc::CallbackServerContext* context,
                                     const v1::DiagnoseRequest*,
                                     v1::DiagnoseResponse* response) override {
    return rpc::RunUnary(
        handling_.reads, context, response,
        [this](const rpc::CallContext& call) -> absl::StatusOr<v1::DiagnoseResponse> {
          RETURN_IF_ERROR(CheckOperator(call.caller));
          return diagnosis_.Run();
        });
  }

 private:
  const Handling handling_;
  Diagnosis& diagnosis_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeOperationsService(const Handling& handling,
                                                     Diagnosis& diagnosis) {
  return std::make_unique<OperationsHandler>(handling, diagnosis);
}

}  // namespace clusterwire::notification
