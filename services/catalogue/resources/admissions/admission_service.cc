#include "clusterwire/catalogue/v1/admission.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/admissions/admission_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class AdmissionHandler final : public Handler<v1::AdmissionService, Admissions> {
 public:
  using Handler::Handler;

  CW_STANDARD(Get, GetAdmission, v1::Admission, resources_)
  CW_STANDARD(BatchGet, BatchGetAdmissions, v1::BatchGetAdmissionsResponse, resources_)
  CW_STANDARD(List, ListAdmissions, v1::ListAdmissionsResponse, resources_)
  CW_WRITE(AskForConsultation, v1::Admission, resources_->Ask(call, *request))
  CW_WRITE(HoldConsultation, v1::Admission, resources_->Hold(call, *request))
  CW_WRITE(SubmitApplication, v1::Admission, resources_->Submit(call, *request))
  CW_WRITE(ReturnApplication, v1::Admission, resources_->Return(call, *request))
  CW_WRITE(AssessApplication, v1::Admission, resources_->Assess(call, *request))
  CW_WRITE(WaiveCriterion, v1::Admission, resources_->Waive(call, *request))
  CW_WRITE(AdmitApplicant, v1::Admission, resources_->Admit(call, *request))
  CW_WRITE(RejectApplication, v1::Admission, resources_->Reject(call, *request))
  CW_WRITE(WithdrawApplication, v1::Admission, resources_->Withdraw(call, *request))
  CW_WRITE(CloseAdmission, v1::Admission, resources_->Close(call, *request))
};

}  // namespace

rpc::Service MakeAdmissionService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::AdmissionService>(std::make_unique<AdmissionHandler>(api, store));
}

}  // namespace clusterwire::catalogue
