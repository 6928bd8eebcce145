#include "services/catalogue/common/dates/calendar.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"

namespace clusterwire::catalogue {
namespace {

absl::TimeZone Zone(std::string_view name) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(std::string(name.empty() ? kDefaultZone : name), &zone)) {
    return absl::UTCTimeZone();
  }
  return zone;
}

}  // namespace

bool IsTimeZone(std::string_view zone) {
  // Abseil's own names for offsets and the files beside the database's.
  const bool named = !zone.empty() &&
                     absl::ascii_isupper(static_cast<unsigned char>(zone.front())) &&
                     !zone.starts_with("Fixed/") && zone.find('.') == std::string_view::npos;
  absl::TimeZone loaded;
  return named && absl::LoadTimeZone(std::string(zone), &loaded);
}

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
