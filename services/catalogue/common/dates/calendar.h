#pragma once

#include <string_view>

#include "absl/time/time.h"

#include "libs/base/time/date.h"

// Days become moments: only where the clock has to act. Everything else compares days.
namespace clusterwire::catalogue {

// The zone in whose days dates are meant where none is given: Brussels, where EUCLES and the
// Commission sit.
inline constexpr std::string_view kDefaultZone = "Europe/Brussels";

// The first moment of the range, and the first moment after it, in `zone` (empty:
// kDefaultZone).
absl::Time StartOf(const DayRange& range, std::string_view zone);
absl::Time EndOf(const DayRange& range, std::string_view zone);
// The day that `now` falls on in `zone`.
absl::CivilDay DayOf(absl::Time now, std::string_view zone);

// `months` later: the last day of a month stays the last day, and a day that the target month lacks
// becomes its last.
absl::CivilDay PlusMonths(absl::CivilDay day, int months);
absl::CivilDay LastOfMonth(absl::CivilDay day);

}  // namespace clusterwire::catalogue
