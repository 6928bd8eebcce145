#include <memory>
#include <utility>

#include "clusterwire/notification/v1/operations.grpc.pb.h"

#include "libs/api/viewer.h"
#include "libs/base/status/status_macros.h"
#include "libs/rpc/call/run_unary.h"
#include "services/notification/operations/diagnosis.h"
#include "services/notification/resources/subscribers/access.h"
#include "services/notification/services.h"

namespace clusterwire::notification {
namespace {

class OperationsHandler final : public v1::OperationsService::CallbackService {
 public:
  OperationsHandler(rpc::ThreadPool& operators, const rpc::Late<const Diagnosis>& diagnosis,
                    std::function<service::Findings()> missing)
      : operators_(operators), diagnosis_(diagnosis), missing_(std::move(missing)) {}

  grpc::ServerUnaryReactor* Diagnose(grpc::CallbackServerContext* context,
                                     const v1::DiagnoseRequest*,
                                     v1::DiagnoseResponse* response) override {
    return rpc::RunUnary(
        operators_, context, response,
        [this](const rpc::CallContext& call) -> absl::StatusOr<v1::DiagnoseResponse> {
          RETURN_IF_ERROR(CheckOperator(api::ViewerOf(call.caller)));
          if (diagnosis_.is_set()) return diagnosis_->Run();
          v1::DiagnoseResponse known;
          *known.mutable_findings() = missing_();
          return known;
        });
  }

 private:
  rpc::ThreadPool& operators_;
  const rpc::Late<const Diagnosis>& diagnosis_;
  const std::function<service::Findings()> missing_;
};

}  // namespace

rpc::Service MakeOperationsService(rpc::ThreadPool& operators,
                                   const rpc::Late<const Diagnosis>& diagnosis,
                                   std::function<service::Findings()> missing) {
  return rpc::ServiceOf<v1::OperationsService>(
      std::make_unique<OperationsHandler>(operators, diagnosis, std::move(missing)));
}

}  // namespace clusterwire::notification
