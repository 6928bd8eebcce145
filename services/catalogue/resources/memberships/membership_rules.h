#pragma once

#include <string>
#include <string_view>

#include "clusterwire/catalogue/v1/membership.pb.h"

#include "services/catalogue/common/resource.h"
#include "services/catalogue/resources/memberships/membership_dates.h"

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
  // Its last day is `end`; the reason goes to its standing.
  absl::StatusOr<v1::Membership> End(const WriteCall& call,
                                     const v1::EndMembershipRequest& request);
};

// Whether the cluster may become a member of the programme for that period: FAILED_PRECONDITION,
// reason ALREADY_MEMBER, when it is one already, with how to go on. Names the other membership
// where the viewer may see it.
absl::Status CheckMayJoin(const Context& context, std::string_view programme,
                          std::string_view cluster, const type::v1::Period& period);

// Makes a membership inside of somebody else's write, under the id that CreateMembership would give
// it; `membership` says the cluster, and what else is known. Errors as of CreateMembership,
// paths begin with "membership".
absl::StatusOr<v1::Membership> Admit(store::Writer& writer, const Context& context,
                                     std::string_view programme, v1::Membership membership);

// The timers' step: the state as it is at `due`, a moment that MomentsOf() named.
absl::Status StepMembership(store::Writer& writer, const std::string& name, absl::Time due);

}  // namespace clusterwire::catalogue
