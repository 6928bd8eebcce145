#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

#include "clusterwire/catalogue/v1/membership.pb.h"

#include "libs/resource/as_of.h"
#include "libs/store/reader.h"
#include "services/catalogue/common/dates/periods.h"

// What the dates of memberships say, one by one and beside each other. Days are those of
// kDefaultZone.
namespace clusterwire::catalogue {

// The state at a moment. A draft stays one; a membership whose end isn't known is current.
v1::Membership::State StateAt(const v1::Membership& membership, absl::Time at);

// Those of the cluster in the programme that aren't deleted, drafts too, in the order of names.
absl::StatusOr<std::vector<v1::Membership>> MembershipsOf(const store::Reader& reader,
                                                          std::string_view programme,
                                                          std::string_view cluster);

// The one of them that certainly overlaps this period, if any: on `today`, since one without an end
// holds then. Dates of low precision overlap where they do for all days that they may stand for
// ("2019" and "2019" need not). Without a start a membership has begun by its end, or by today.
// `drafts`: whether drafts count.
absl::StatusOr<std::optional<v1::Membership>> Overlapping(const store::Reader& reader,
                                                          const v1::Membership& membership,
                                                          absl::CivilDay today, bool drafts);

// Whether the cluster is a member of the programme on that day, by a membership that isn't a draft:
// on a day of its period, as far as that is known.
absl::StatusOr<bool> IsMemberOn(const store::Reader& reader, std::string_view programme,
                                std::string_view cluster, absl::CivilDay day);

// Rules::as_of: whether a cluster is a member on a day, by the membership's period and not by when
// that was recorded. One without an end goes on until `now`, and how long after is unknown;
// one without a start has begun by now. A draft is no membership yet.
resource::AsOf MembershipAsOf(const v1::Membership& membership, absl::CivilDay day, absl::Time now);

}  // namespace clusterwire::catalogue
