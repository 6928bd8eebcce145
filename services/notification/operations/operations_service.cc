#include <memory>
#include <utility>

#include "clusterwire/notification/v1/operations.grpc.pb.h"

#include "libs/api/viewer.h"
#include "libs/base/status/status_macros.h"
#include "libs/rpc/call/run_unary.h"
#include "services/notification/resources/subscribers/access.h"
#include "services/notification/services.h"

namespace clusterwire::notification {
namespace {

class OperationsHandler final : public v1::OperationsService::CallbackService {
 public:
  OperationsHandler(rpc::Lane& reads, DiagnoseFunction diagnose)
      : reads_(reads), diagnose_(std::move(diagnose)) {}

  grpc::ServerUnaryReactor* Diagnose(grpc::CallbackServerContext* context,
                                     const v1::DiagnoseRequest*,
                                     v1::DiagnoseResponse* response) override {
    return rpc::RunUnary(
        reads_, context, response,
        [this](const rpc::CallContext& call) -> absl::StatusOr<v1::DiagnoseResponse> {
          RETURN_IF_ERROR(CheckOperator(api::ViewerOf(call.caller)));
          return diagnose_();
        });
  }

 private:
  rpc::Lane& reads_;
  const DiagnoseFunction diagnose_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeOperationsService(rpc::Lane& reads, DiagnoseFunction diagnose) {
  return std::make_unique<OperationsHandler>(reads, std::move(diagnose));
}

}  // namespace clusterwire::notification
