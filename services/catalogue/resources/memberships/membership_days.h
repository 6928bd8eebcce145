#pragma once

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

#include "clusterwire/catalogue/v1/membership.pb.h"

#include "libs/resource/as_of.h"

namespace clusterwire::catalogue {

// Rules::as_of: whether a cluster is a member on a day, by the membership's period and not by when
// that was recorded. One without an end goes on until `now`, and nobody knows how long after; one
// without a start has begun by now. A draft is no membership yet.
resource::AsOf MembershipAsOf(const v1::Membership& membership, absl::CivilDay day, absl::Time now);

}  // namespace clusterwire::catalogue
