#include "services/catalogue/resources/memberships/membership_dates.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/time/date.h"
#include "services/catalogue/common/dates/calendar.h"

namespace clusterwire::catalogue {
namespace {

// Of one cluster; a cluster in more programmes, or in one of them more often, is none.
constexpr int kMostOfACluster = 1000;

}  // namespace

v1::Membership::State StateAt(const v1::Membership& membership, absl::Time at) {
  if (membership.state() == v1::Membership::STATE_DRAFT) return v1::Membership::STATE_DRAFT;
  const PeriodMoments moments = MomentsOf(membership.period());
  if (moments.end && at >= *moments.end) return v1::Membership::STATE_ENDED;
  if (moments.start && at < *moments.start) return v1::Membership::STATE_UPCOMING;
  return v1::Membership::STATE_CURRENT;
}

absl::StatusOr<std::vector<v1::Membership>> MembershipsOf(const store::Reader& reader,
                                                          std::string_view programme,
                                                          std::string_view cluster) {
  ASSIGN_OR_RETURN(const auto found, reader.About(cluster, "membership", kMostOfACluster));
  std::vector<v1::Membership> memberships;
  for (const store::Scanned& one : found) {
    const auto& membership = static_cast<const v1::Membership&>(*one.resource);
    if (store::ParentOf(membership.name()) == programme) memberships.push_back(membership);
  }
  return memberships;
}

absl::StatusOr<std::optional<v1::Membership>> Overlapping(const store::Reader& reader,
                                                          const v1::Membership& membership,
                                                          absl::CivilDay today, bool drafts) {
  ASSIGN_OR_RETURN(const std::vector<v1::Membership> others,
                   MembershipsOf(reader, store::ParentOf(membership.name()), membership.cluster()));
  for (const v1::Membership& other : others) {
    if (other.name() == membership.name()) continue;
    if (!drafts && other.state() == v1::Membership::STATE_DRAFT) continue;
    if (CertainlyOverlap(membership.period(), other.period(), today)) return other;
  }
  return std::nullopt;
}

absl::StatusOr<bool> IsMemberOn(const store::Reader& reader, std::string_view programme,
                                std::string_view cluster, absl::CivilDay day) {
  ASSIGN_OR_RETURN(const std::vector<v1::Membership> memberships,
                   MembershipsOf(reader, programme, cluster));
  return std::ranges::any_of(memberships, [&](const v1::Membership& membership) {
    if (membership.state() == v1::Membership::STATE_DRAFT) return false;
    const auto start = ParseDate(membership.period().start());
    const auto end = ParseDate(membership.period().end());
    return (!start.ok() || start->first <= day) && (!end.ok() || day <= end->last);
  });
}

resource::AsOf MembershipAsOf(const v1::Membership& membership, absl::CivilDay day,
                              absl::Time now) {
  const v1::Membership::State state = StateAt(membership, now);
  if (state == v1::Membership::STATE_DRAFT) return {};
  const absl::CivilDay today = DayOf(now, kDefaultZone);
  const auto start = ParseDate(membership.period().start());
  const auto end = ParseDate(membership.period().end());

  resource::BoundDay first{{FirstDay(), today}, "its start isn't known"};
  if (start.ok()) {
    first = {*start, absl::StrCat("its start is known as ", membership.period().start(), " only")};
  }
  resource::BoundDay last{{today, LastDay()}, "it has no end so far"};
  if (end.ok()) {
    last = {*end, absl::StrCat("its end is known as ", membership.period().end(), " only")};
  }
  // What is current has begun by today, and has not ended before.
  if (state == v1::Membership::STATE_CURRENT) {
    first.between.last = std::min(first.between.last, today);
    last.between.first = std::max(last.between.first, today);
  }
  return resource::HoldsOn(day, first, last);
}

}  // namespace clusterwire::catalogue
