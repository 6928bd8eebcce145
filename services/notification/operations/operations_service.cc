#include <memory>
#include <utility>

#include "clusterwire/notification/v1/operations.grpc.pb.h"

#include "libs/api/run.h"
#include "libs/base/status/error.h"
#include "libs/rpc/call/run_unary.h"
#include "libs/service/gaps.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/operations/diagnosis.h"
#include "services/notification/resources/subscribers/access.h"
#include "services/notification/services.h"

namespace clusterwire::notification {
namespace {

class OperationsHandler final : public v1::OperationsService::CallbackService {
 public:
  OperationsHandler(const Api& api, const Handles& handles, rpc::ThreadPool& operators,
                    std::function<service::Findings()> missing)
      : writes_(api.writes),
        ledger_(handles.ledger),
        operators_(operators),
        diagnosis_(handles.diagnosis),
        missing_(std::move(missing)) {}

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

  grpc::ServerUnaryReactor* AcknowledgeGaps(grpc::CallbackServerContext* context,
                                            const v1::AcknowledgeGapsRequest* request,
                                            v1::AcknowledgeGapsResponse* response) override {
    return rpc::RunUnary(
        writes_, context, [this, request, response](const rpc::CallContext& call) -> absl::Status {
          RETURN_IF_ERROR(CheckOperator(api::ViewerOf(call.caller)));
          const auto acknowledge = [request](sql::Connection& connection) {
            return service::Gaps(connection).Acknowledge(request->through());
          };
          ASSIGN_OR_RETURN(const int64_t acknowledged, ledger_->Write(acknowledge));
          response->set_acknowledged(acknowledged);
          return absl::OkStatus();
        });
  }

  grpc::ServerUnaryReactor* Vacuum(grpc::CallbackServerContext* context, const v1::VacuumRequest*,
                                   v1::VacuumResponse* response) override {
    return rpc::RunUnary(writes_, context,
                         [this, response](const rpc::CallContext& call) -> absl::Status {
                           RETURN_IF_ERROR(CheckOperator(api::ViewerOf(call.caller)));
                           ASSIGN_OR_RETURN(const auto left, diagnosis_->Vacuum());
                           for (const std::string& one : left) response->add_left(one);
                           return absl::OkStatus();
                         });
  }

 private:
  rpc::ThreadPool& writes_;
  const rpc::Late<Ledger>& ledger_;
  rpc::ThreadPool& operators_;
  const rpc::Late<const Diagnosis>& diagnosis_;
  const std::function<service::Findings()> missing_;
};

}  // namespace

rpc::Service MakeOperationsService(const Api& api, const Handles& handles,
                                   rpc::ThreadPool& operators,
                                   std::function<service::Findings()> missing) {
  return rpc::ServiceOf<v1::OperationsService>(
      std::make_unique<OperationsHandler>(api, handles, operators, std::move(missing)));
}

}  // namespace clusterwire::notification
