#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

#include "clusterwire/catalogue/v1/member.pb.h"

#include "libs/store/reader.h"

namespace clusterwire::catalogue {

// Whether an organisation is a member at a moment; where the end isn't known it is.
v1::Member::State MemberStateAt(const v1::Member& member, absl::Time at);

// The organisation's records in the cluster that aren't deleted, in the order of names.
absl::StatusOr<std::vector<v1::Member>> MembersOf(const store::Reader& reader,
                                                  std::string_view cluster,
                                                  std::string_view organisation);

// The one of those that certainly overlaps this one's period, if any.
absl::StatusOr<std::optional<v1::Member>> OverlappingMember(const store::Reader& reader,
                                                            const v1::Member& member,
                                                            absl::CivilDay today);

}  // namespace clusterwire::catalogue
