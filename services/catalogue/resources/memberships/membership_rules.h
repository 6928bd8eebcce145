#pragma once

#include <optional>

#include "clusterwire/catalogue/v1/membership.pb.h"

#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

// What makes a membership's record right.
Rules<v1::Membership> MembershipRules();

// The moves of a membership beyond the standard methods.
class Memberships : public Resources<v1::Membership> {
 public:
  explicit Memberships(store::Store& store) : Resources(store, MembershipRules()) {}

  // Draft → as its period and the clock say.
  absl::StatusOr<v1::Membership> Publish(const WriteCall& call, const std::string& name,
                                         const std::string& etag);
  // Its last day was `end`, and that day is over.
  absl::StatusOr<v1::Membership> End(const WriteCall& call, const std::string& name,
                                     const std::string& etag, const std::string& end,
                                     const std::string& reason);
};

// When a membership begins and when it has ended, as far as its dates are known; days of
// kDefaultZone.
struct MembershipMoments {
  std::optional<absl::Time> start;
  std::optional<absl::Time> end;
};
MembershipMoments MomentsOf(const v1::Membership& membership);

// The state at a moment. A draft stays one; a membership whose end isn't known is current.
v1::Membership::State StateAt(const v1::Membership& membership, absl::Time at);

// The timers' step: the state as it is at `due`, a moment that MomentsOf() named.
absl::Status StepMembership(store::Writer& writer, const std::string& name, absl::Time due);

}  // namespace clusterwire::catalogue
