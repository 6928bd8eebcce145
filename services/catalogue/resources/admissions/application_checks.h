#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "services/catalogue/common/resource.h"

// Whether a cluster may come to a programme at all.
namespace clusterwire::catalogue {

// The name of the next admission of this cluster there: its own id, and with a random end when it
// has come before. FAILED_PRECONDITION, reason ADMISSION_OPEN, while an earlier one isn't over;
// TOO_MANY_ADMISSIONS after two hundred in all programmes.
absl::StatusOr<std::string> NextAdmissionName(const store::Reader& reader,
                                              std::string_view programme,
                                              const std::string& cluster);

}  // namespace clusterwire::catalogue
