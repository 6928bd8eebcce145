#include "libs/base/time/zone.h"

#include <string>

#include "absl/strings/ascii.h"

namespace clusterwire {

bool IsTimeZone(std::string_view zone) {
  // Abseil's own names for offsets and the files beside the database's.
  const bool named = !zone.empty() &&
                     absl::ascii_isupper(static_cast<unsigned char>(zone.front())) &&
                     !zone.starts_with("Fixed/") && zone.find('.') == std::string_view::npos;
  absl::TimeZone loaded;
  return named && zone != "Factory" && absl::LoadTimeZone(std::string(zone), &loaded);
}

absl::TimeZone ZoneNamed(std::string_view zone) {
  absl::TimeZone loaded;
  return IsTimeZone(zone) && absl::LoadTimeZone(std::string(zone), &loaded) ? loaded
                                                                            : absl::UTCTimeZone();
}

absl::Time MomentOf(absl::CivilSecond local, const absl::TimeZone& zone) {
  const absl::TimeZone::TimeInfo found = zone.At(local);
  return found.kind == absl::TimeZone::TimeInfo::SKIPPED ? found.trans : found.pre;
}

}  // namespace clusterwire
