#include "services/catalogue/resources/labels/label_days.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

#include "libs/base/time/date.h"
#include "services/catalogue/common/dates/calendar.h"

namespace clusterwire::catalogue {
namespace {

std::optional<DayRange> Known(const std::string& date) {
  const auto range = ParseDate(date);
  return range.ok() ? std::optional(*range) : std::nullopt;
}

// The first of these days; none when both are unknown.
std::optional<absl::CivilDay> Earlier(std::optional<absl::CivilDay> a,
                                      std::optional<absl::CivilDay> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

// Since when, as the record says it.
const std::string& Since(const v1::Label& label) {
  return label.awarded().empty() ? label.assessed() : label.awarded();
}

// The last day that it can have held, and the last that it held for sure; of its own end they are
// one. None: no end is known.
struct Ends {
  std::optional<absl::CivilDay> surely;
  std::optional<absl::CivilDay> at_most;
};
Ends EndsOf(const v1::Label& label) {
  Ends ends;
  if (const auto end = Known(label.valid_until())) ends = {end->last, end->last};
  if (!label.has_revocation()) return ends;
  const auto revoked = Known(label.revocation().revoked());
  if (!revoked) return ends;
  return {Earlier(ends.surely, revoked->first - 1), Earlier(ends.at_most, revoked->last - 1)};
}

// The award, which is in the past, as is what has been announced.
resource::BoundDay AwardOf(const v1::Label& label, absl::CivilDay today) {
  if (const auto awarded = Known(label.awarded())) {
    return {{awarded->first, std::min(awarded->last, today)},
            absl::StrCat("the award is known as ", label.awarded(), " only")};
  }
  const auto assessed = Known(label.assessed());
  const auto announced = Known(label.announced());
  return {{assessed ? assessed->first : FirstDay(),
           announced ? std::min(announced->last, today) : today},
          "the award isn't dated"};
}

}  // namespace

type::v1::Period PeriodOf(const v1::Label& label) {
  type::v1::Period period;
  const std::string& since = Since(label);
  std::string until = label.valid_until();
  const Ends ends = EndsOf(label);
  const auto end = Known(until);
  if (ends.at_most && (!end || *ends.at_most < end->last)) until = FormatDay(*ends.at_most);
  const auto start = Known(since);
  // Taken back on the day of its award: it never held.
  if (start && ends.at_most && *ends.at_most < start->first) return period;
  period.set_start(since);
  period.set_end(until);
  return period;
}

resource::AsOf LabelAsOf(const v1::Label& label, absl::CivilDay day, absl::Time now) {
  const resource::BoundDay award = AwardOf(label, DayOf(now, kDefaultZone));
  const Ends ends = EndsOf(label);
  if (!ends.at_most) {
    return resource::HoldsOn(day, award, {{FirstDay(), LastDay()}, "its end isn't known"});
  }
  return resource::HoldsOn(
      day, award,
      {{*ends.surely, *ends.at_most},
       absl::StrCat("the revocation is known as ", label.revocation().revoked(), " only")});
}

}  // namespace clusterwire::catalogue
