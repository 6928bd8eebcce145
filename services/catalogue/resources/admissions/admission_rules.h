#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "clusterwire/catalogue/v1/admission.pb.h"

#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

struct StepRequest;

Rules<v1::Admission> AdmissionRules();

// The moves of an admission, which are all its writes.
class Admissions : public Resources<v1::Admission> {
 public:
  explicit Admissions(store::Store& store) : Resources(store, AdmissionRules()) {}

  using Made = absl::StatusOr<v1::Admission>;
  Made Ask(const WriteCall& call, const v1::AskForConsultationRequest& request);
  Made Hold(const WriteCall& call, const v1::HoldConsultationRequest& request);
  Made Submit(const WriteCall& call, const v1::SubmitApplicationRequest& request);
  Made Return(const WriteCall& call, const v1::ReturnApplicationRequest& request);
  Made Assess(const WriteCall& call, const v1::AssessApplicationRequest& request);
  Made Waive(const WriteCall& call, const v1::WaiveCriterionRequest& request);
  Made Admit(const WriteCall& call, const v1::AdmitApplicantRequest& request);
  Made Reject(const WriteCall& call, const v1::RejectApplicationRequest& request);
  Made Withdraw(const WriteCall& call, const v1::WithdrawApplicationRequest& request);
  Made Close(const WriteCall& call, const v1::CloseAdmissionRequest& request);

 private:
  // What one move does besides its step: checks, and changes the admission.
  using Work = std::function<absl::Status(const Context&, const v1::Programme&, v1::Admission*,
                                          FieldErrors&)>;
  // A move that makes an admission.
  Made Open(const WriteCall& call, const StepRequest& step, const std::string& programme,
            const std::string& cluster);
  // A move of one that is there.
  Made Go(const WriteCall& call, const StepRequest& step, const Work& work = nullptr,
          std::string_view criterion = "", const Bring& bring = nullptr);
};

}  // namespace clusterwire::catalogue
