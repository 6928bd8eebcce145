#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"

#include "services/catalogue/common/resource.h"

// Whether a cluster may come to a programme at all.
namespace clusterwire::catalogue {

// Into what a cluster gets: FAILED_PRECONDITION, reason NOT_TAKING_APPLICATIONS, where the
// programme takes none now, isn't published or has ended.
absl::Status CheckTakesApplications(const Context& context, const v1::Programme& programme);
// The same where only its end matters: what was begun goes on.
absl::Status CheckNotEnded(const Context& context, const v1::Programme& programme);

// FAILED_PRECONDITION, reason DRAFT_NOT_LISTED, for a draft where drafts may not apply.
absl::Status CheckListed(const v1::Programme& programme, const v1::Cluster& cluster);

// The name of the next admission of this cluster there: its own id, and with a number when it has
// come before. FAILED_PRECONDITION, reason ADMISSION_OPEN, while an earlier one isn't over;
// TOO_MANY_ADMISSIONS after a hundred.
absl::StatusOr<std::string> NextAdmissionName(const store::Reader& reader,
                                              std::string_view programme, std::string_view cluster);

}  // namespace clusterwire::catalogue
