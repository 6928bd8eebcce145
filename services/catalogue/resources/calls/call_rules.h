#pragma once

#include <string>

#include "clusterwire/catalogue/v1/call.pb.h"

#include "services/catalogue/common/codes/kept_codes.h"
#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

// What makes a call's description right.
Rules<v1::Call> CallRules();

class Calls : public Resources<v1::Call> {
 public:
  explicit Calls(store::Store& store) : Resources(store, CallRules()), codes_(store) {}

  // Draft → announced, open or closed, as the clock says.
  absl::StatusOr<v1::Call> Publish(const WriteCall& call, const std::string& name,
                                   const std::string& etag);
  // Announced or open → withdrawn.
  absl::StatusOr<v1::Call> Withdraw(const WriteCall& call, const v1::WithdrawCallRequest& request);

  absl::StatusOr<v1::CheckCallEligibilityResponse> CheckEligibility(
      const ReadCall& call, const v1::CheckCallEligibilityRequest& request) const;

 private:
  const KeptCodes codes_;
};

// The timers' step: opened, a cut-off passed, closed, as it is at `due`.
absl::Status StepCall(store::Writer& writer, const std::string& name, absl::Time due);

}  // namespace clusterwire::catalogue
