#pragma once

#include <string>
#include <string_view>

#include "clusterwire/catalogue/v1/admission.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"

#include "services/catalogue/common/resource.h"

// What an office makes of an applicant: verdicts on the programme's criteria.
namespace clusterwire::catalogue {

// The verdicts as they are now: what the catalogue can check is checked anew, and what the office
// has looked at, `met` and `not_met` of the request or of an earlier assessment, is taken over.
// What it waived stays so while it is waivable and isn't met. Violations are of `met` and
// `not_met`.
absl::Status Assess(const Context& context, const v1::Programme& programme,
                    const v1::AssessApplicationRequest& request, std::string_view date,
                    v1::Admission* admission, FieldErrors& errors);

// Sets aside the verdict on a criterion.
absl::Status Waive(std::string_view criterion, std::string_view date, v1::Admission* admission,
                   FieldErrors& errors);

// OK when each criterion of the programme was assessed, is met or waived, and would be so again as
// the criteria and the profile are now; else FAILED_PRECONDITION, reason CRITERIA_CHANGED or
// CRITERIA_OPEN, with the ids in the metadata.
absl::Status CheckAllMet(const Context& context, const v1::Programme& programme,
                         const v1::Admission& admission);

// How many of the verdicts are met or waived.
int CountMet(const v1::Admission& admission);

}  // namespace clusterwire::catalogue
