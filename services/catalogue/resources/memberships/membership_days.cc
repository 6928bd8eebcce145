#include "services/catalogue/resources/memberships/membership_days.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/time/date.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/resources/memberships/membership_rules.h"

namespace clusterwire::catalogue {

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
