#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"

#include "libs/base/status/error.h"

// Times of day beside days, and the entries of calendars that are made of them.
namespace clusterwire::catalogue {

// "09:00" and not "24:00".
bool IsTimeOfDay(std::string_view text);

// The day that a date means, if it means one.
std::optional<absl::CivilDay> OneDayOf(const std::string& date);

// That minute of the day; `time_of_day` is one.
absl::CivilMinute At(absl::CivilDay day, std::string_view time_of_day);

// Clocks that are set forward leave out an hour.
bool IsThere(absl::CivilMinute local, const std::string& zone);

// A time of day at `path`, there in the zone on the day where that is known. Empty is fine.
void CheckTimeOfDay(std::string_view path, std::string_view example, std::string_view time,
                    const std::optional<absl::CivilDay>& day, const std::string& zone,
                    FieldErrors& errors);

// "2022-09-26T09:00", as entries of calendars have it.
std::string FormatMinute(absl::CivilMinute local);

// RFC 5545 UID of an entry: of what can't be the same of two resources, since they have other names
// in one catalogue, and catalogues that have one by the same name don't make it in the same
// nanosecond.
std::string EntryUid(std::string_view type, std::string_view name, absl::Time created);

}  // namespace clusterwire::catalogue
