#include <utility>

#include "clusterwire/catalogue/v1/operations.grpc.pb.h"

#include "libs/base/status/error.h"
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
  OperationsServiceHandler(rpc::ThreadPool& operators, rpc::ThreadPool& writes,
                           const rpc::Late<Diagnosis>& diagnosis,
                           std::function<service::Findings()> missing)
      : operators_(operators),
        writes_(writes),
        diagnosis_(diagnosis),
        missing_(std::move(missing)) {}

  grpc::ServerUnaryReactor* Diagnose(grpc::CallbackServerContext* context,
                                     const v1::DiagnoseRequest*,
                                     v1::DiagnoseResponse* response) override {
    return rpc::RunUnary(
        operators_, context, response,
        [this](const rpc::CallContext& call) -> absl::StatusOr<v1::DiagnoseResponse> {
          RETURN_IF_ERROR(CheckOperator(call));
          if (diagnosis_.is_set()) return diagnosis_->Diagnose();
          v1::DiagnoseResponse known;
          *known.mutable_findings() = missing_();
          return known;
        });
  }

  grpc::ServerUnaryReactor* StartNewHistory(grpc::CallbackServerContext* context,
                                            const v1::StartNewHistoryRequest* request,
                                            v1::StartNewHistoryResponse* response) override {
    return rpc::RunUnary(writes_, context,
                         [this, request, response](const rpc::CallContext& call) -> absl::Status {
                           RETURN_IF_ERROR(CheckOperator(call));
                           ASSIGN_OR_RETURN(*response->mutable_history_id(),
                                            diagnosis_->StartNewHistory(request->history_id()));
                           return absl::OkStatus();
                         });
  }

  grpc::ServerUnaryReactor* Rewind(grpc::CallbackServerContext* context,
                                   const v1::RewindRequest* request,
                                   v1::RewindResponse* response) override {
    return rpc::RunUnary(
        writes_, context, response,
        [this, request](const rpc::CallContext& call) -> absl::StatusOr<v1::RewindResponse> {
          RETURN_IF_ERROR(CheckOperator(call));
          return diagnosis_->Rewind(*request);
        });
  }

  grpc::ServerUnaryReactor* AcknowledgeGaps(grpc::CallbackServerContext* context,
                                            const v1::AcknowledgeGapsRequest* request,
                                            v1::AcknowledgeGapsResponse* response) override {
    return rpc::RunUnary(writes_, context,
                         [this, request, response](const rpc::CallContext& call) -> absl::Status {
                           RETURN_IF_ERROR(CheckOperator(call));
                           ASSIGN_OR_RETURN(const int64_t acknowledged,
                                            diagnosis_->AcknowledgeGaps(request->through()));
                           response->set_acknowledged(acknowledged);
                           return absl::OkStatus();
                         });
  }

  grpc::ServerUnaryReactor* Vacuum(grpc::CallbackServerContext* context, const v1::VacuumRequest*,
                                   v1::VacuumResponse* response) override {
    return rpc::RunUnary(writes_, context,
                         [this, response](const rpc::CallContext& call) -> absl::Status {
                           RETURN_IF_ERROR(CheckOperator(call));
                           ASSIGN_OR_RETURN(const auto left, diagnosis_->Vacuum());
                           for (const std::string& one : left) response->add_left(one);
                           return absl::OkStatus();
                         });
  }

 private:
  rpc::ThreadPool& operators_;
  rpc::ThreadPool& writes_;
  const rpc::Late<Diagnosis>& diagnosis_;
  const std::function<service::Findings()> missing_;
};

}  // namespace

rpc::Service MakeOperationsService(rpc::ThreadPool& operators, rpc::ThreadPool& writes,
                                   const rpc::Late<Diagnosis>& diagnosis,
                                   std::function<service::Findings()> missing) {
  return rpc::ServiceOf<v1::OperationsService>(
      std::make_unique<OperationsServiceHandler>(operators, writes, diagnosis, std::move(missing)));
}

}  // namespace clusterwire::catalogue
