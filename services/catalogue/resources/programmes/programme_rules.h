#pragma once

#include "clusterwire/catalogue/v1/programme.pb.h"

#include "services/catalogue/common/codes/kept_codes.h"
#include "services/catalogue/common/fields/publish.h"

namespace clusterwire::catalogue {

// What makes a programme's description right.
Rules<v1::Programme> ProgrammeRules();

// Safe for use from any thread.
class Programmes : public Drafts<v1::Programme> {
 public:
  explicit Programmes(store::Store& store) : Drafts(store, ProgrammeRules()), codes_(store) {}

  // What a cluster makes of a programme's criteria, what is missing, and how to get there; writes
  // nothing. NOT_FOUND where the viewer sees no such cluster or programme, or it is deleted.
  absl::StatusOr<v1::CheckEligibilityResponse> CheckEligibility(const ReadCall& call,
                                                                const std::string& cluster,
                                                                const std::string& programme) const;

 private:
  const KeptCodes codes_;
};

}  // namespace clusterwire::catalogue
