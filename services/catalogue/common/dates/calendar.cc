#include "services/catalogue/common/dates/calendar.h"

#include <algorithm>

#include "libs/base/time/zone.h"

namespace clusterwire::catalogue {
namespace {

absl::TimeZone Zone(std::string_view name) { return ZoneNamed(name.empty() ? kDefaultZone : name); }

}  // namespace

absl::Time StartOf(const DayRange& range, std::string_view zone) {
  return absl::FromCivil(range.first, Zone(zone));
}

absl::Time EndOf(const DayRange& range, std::string_view zone) {
  return absl::FromCivil(range.last + 1, Zone(zone));
}

absl::CivilDay DayOf(absl::Time now, std::string_view zone) {
  return absl::ToCivilDay(now, Zone(zone));
}

absl::CivilDay LastOfMonth(absl::CivilDay day) {
  return absl::CivilDay(absl::CivilMonth(day) + 1) - 1;
}

absl::CivilDay PlusMonths(absl::CivilDay day, int months) {
  const absl::CivilDay last = LastOfMonth(absl::CivilDay(absl::CivilMonth(day) + months));
  if (day == LastOfMonth(day)) return last;
  return absl::CivilDay(last.year(), last.month(), std::min(day.day(), last.day()));
}

}  // namespace clusterwire::catalogue
