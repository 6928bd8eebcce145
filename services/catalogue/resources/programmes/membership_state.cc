#include "services/catalogue/resources/programmes/membership_state.h"

#include "libs/base/time/date.h"
#include "services/catalogue/common/dates/calendar.h"

namespace clusterwire::catalogue {

MembershipMoments MomentsOf(const v1::Membership& membership) {
  MembershipMoments moments;
  if (const auto start = ParseDate(membership.period().start()); start.ok()) {
    moments.start = StartOf(*start, kDefaultZone);
  }
  if (const auto end = ParseDate(membership.period().end()); end.ok()) {
    moments.end = EndOf(*end, kDefaultZone);
  }
  return moments;
}

v1::Membership::State StateAt(const v1::Membership& membership, absl::Time at) {
  if (membership.state() == v1::Membership::STATE_DRAFT) return v1::Membership::STATE_DRAFT;
  const MembershipMoments moments = MomentsOf(membership);
  if (moments.end && at >= *moments.end) return v1::Membership::STATE_ENDED;
  if (moments.start && at < *moments.start) return v1::Membership::STATE_UPCOMING;
  return v1::Membership::STATE_CURRENT;
}

}  // namespace clusterwire::catalogue
