#include "services/catalogue/common/dates/time_of_day.h"

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "libs/base/crypto.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/date.h"
#include "libs/base/time/zone.h"

namespace clusterwire::catalogue {

bool IsTimeOfDay(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return false;
  for (const size_t i : {0u, 1u, 3u, 4u}) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  return text.substr(0, 2) < "24" && text.substr(3) < "60";
}

std::optional<absl::CivilDay> OneDayOf(const std::string& date) {
  const auto range = ParseDate(date);
  if (!range.ok() || range->first != range->last) return std::nullopt;
  return range->first;
}

absl::CivilMinute At(absl::CivilDay day, std::string_view time_of_day) {
  int hour = 0;
  int minute = 0;
  if (!absl::SimpleAtoi(ToAbsl(time_of_day.substr(0, 2)), &hour)) hour = 0;
  if (!absl::SimpleAtoi(ToAbsl(time_of_day.substr(3)), &minute)) minute = 0;
  return absl::CivilMinute(day) + 60 * hour + minute;
}

bool IsThere(absl::CivilMinute local, const std::string& zone) {
  absl::TimeZone loaded;
  return !absl::LoadTimeZone(zone, &loaded) ||
         loaded.At(absl::CivilSecond(local)).kind != absl::TimeZone::TimeInfo::SKIPPED;
}

void CheckTimeOfDay(std::string_view path, std::string_view example, std::string_view time,
                    const std::optional<absl::CivilDay>& day, const std::string& zone,
                    FieldErrors& errors) {
  if (time.empty()) return;
  if (!IsTimeOfDay(time)) {
    errors.Add(path, absl::StrCat("'", ToAbsl(time), "' must look like ", ToAbsl(example)));
  } else if (day && IsTimeZone(zone) && !IsThere(At(*day, time), zone)) {
    errors.Add(path, absl::StrCat("'", ToAbsl(time), "' isn't there on ", FormatDay(*day), " in ",
                                  zone, ": the clocks are set forward then"));
  }
}

std::string FormatMinute(absl::CivilMinute local) { return absl::FormatCivilTime(local); }

std::string EntryUid(std::string_view type, std::string_view name, absl::Time created) {
  const std::string digest =
      Sha256(absl::StrCat(ToAbsl(type), " uid\n", ToAbsl(name), "\n", absl::ToUnixNanos(created)));
  return absl::BytesToHexString(digest.substr(0, 16));
}

}  // namespace clusterwire::catalogue
