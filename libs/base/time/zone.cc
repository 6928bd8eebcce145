#include "libs/base/time/zone.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"

namespace clusterwire {
namespace {

bool IsOfNames(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '_' || c == '-' ||
         c == '+';
}

}  // namespace

bool IsTimeZone(std::string_view zone) {
  // Abseil's own names for offsets, the files beside the database's, and other ways to write the
  // path of one.
  const bool named = !zone.empty() &&
                     absl::ascii_isupper(static_cast<unsigned char>(zone.front())) &&
                     std::ranges::all_of(zone, IsOfNames) && !zone.starts_with("Fixed/") &&
                     zone.find("//") == std::string_view::npos;
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
