#pragma once

#include <optional>

#include "absl/time/time.h"

#include "clusterwire/catalogue/v1/membership.pb.h"

namespace clusterwire::catalogue {

// When a membership begins and when it has ended, as far as its dates are known; days of
// kDefaultZone.
struct MembershipMoments {
  std::optional<absl::Time> start;
  std::optional<absl::Time> end;
};
MembershipMoments MomentsOf(const v1::Membership& membership);

// The state at a moment. A draft stays one; a membership whose end isn't known is current.
v1::Membership::State StateAt(const v1::Membership& membership, absl::Time at);

}  // namespace clusterwire::catalogue
