#include "services/catalogue/resources/organisations/member_dates.h"

#include "libs/base/status/error.h"
#include "services/catalogue/common/dates/periods.h"

namespace clusterwire::catalogue {
namespace {

// Records of one organisation, in all clusters together.
constexpr int kMostOfAnOrganisation = 1000;

}  // namespace

v1::Member::State MemberStateAt(const v1::Member& member, absl::Time at) {
  const PeriodMoments moments = MomentsOf(member.period());
  if (moments.end && at >= *moments.end) return v1::Member::STATE_ENDED;
  if (moments.start && at < *moments.start) return v1::Member::STATE_UPCOMING;
  return v1::Member::STATE_CURRENT;
}

absl::StatusOr<std::vector<v1::Member>> MembersOf(const store::Reader& reader,
                                                  std::string_view cluster,
                                                  std::string_view organisation) {
  ASSIGN_OR_RETURN(const auto found, reader.About(organisation, "member", kMostOfAnOrganisation));
  std::vector<v1::Member> members;
  for (const store::Scanned& one : found) {
    const auto& member = static_cast<const v1::Member&>(*one.resource);
    if (store::ParentOf(member.name()) == cluster) members.push_back(member);
  }
  return members;
}

absl::StatusOr<std::optional<v1::Member>> OverlappingMember(const store::Reader& reader,
                                                            const v1::Member& member,
                                                            absl::CivilDay today) {
  ASSIGN_OR_RETURN(const std::vector<v1::Member> others,
                   MembersOf(reader, store::ParentOf(member.name()), member.organisation()));
  for (const v1::Member& other : others) {
    if (other.name() == member.name()) continue;
    if (CertainlyOverlap(member.period(), other.period(), today)) return other;
  }
  return std::nullopt;
}

}  // namespace clusterwire::catalogue
