#pragma once

#include <string>
#include <string_view>

#include "clusterwire/catalogue/v1/membership.pb.h"
#include "clusterwire/catalogue/v1/standing.pb.h"

#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

inline constexpr size_t kMostEndWords = 500;  // characters

// "programmes/p/memberships/m/standing".
std::string StandingOf(std::string_view membership);

// What makes a standing's record right.
Rules<v1::Standing> StandingRules();

// Standings under the standard methods. One of which nothing has been said yet isn't stored; it is
// read, and written, as it would be.
class Standings : public Resources<v1::Standing> {
 public:
  explicit Standings(store::Store& store) : Resources(store, StandingRules()) {}

 protected:
  absl::Status LoadRow(const store::Reader& reader, const std::string& name,
                       store::Message* out) const override;
  absl::Status CheckSeen(const store::Reader& reader, const filter::Viewer& viewer,
                         const store::Message& row) const override;
};

// Whether the standing says of the membership's end what the request does: for EndMembership.
absl::StatusOr<bool> HasReason(const store::Reader& reader, const v1::Membership& membership,
                               const v1::EndMembershipRequest& request);
// Keeps the reason of the end in the standing.
absl::Status KeepReason(store::Writer& writer, const v1::Membership& membership,
                        const v1::EndMembershipRequest& request);

// What standings do when something changes that they follow from: a membership, a label, a
// programme's duty, a standing itself.
absl::Status FollowIntoStandings(store::Writer& writer, const store::Message* before,
                                 const store::Message* after);

// The timers' step: the standing as it is at `due`, the end of a probation or of a grace.
absl::Status StepStanding(store::Writer& writer, const std::string& name, absl::Time due);

}  // namespace clusterwire::catalogue
