#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"

namespace clusterwire {

// Calendar days from `first` to `last`, both included. What a date of lower precision means: "2024"
// is all of 2024. Days are compared without time zones.
struct DayRange {
  absl::CivilDay first;
  absl::CivilDay last;

  bool Overlaps(const DayRange& other) const { return first <= other.last && other.first <= last; }
  friend bool operator==(const DayRange&, const DayRange&) = default;
};

// The outermost days that take part in comparisons: an open bound is one of them.
inline constexpr int kFirstYear = 1;
inline constexpr int kLastYear = 9999;
absl::CivilDay FirstDay();
absl::CivilDay LastDay();

// Reads "2024", "2024-Q3", "2024-05" or "2024-05-13", years 1 to 9999. Anything else is
// INVALID_ARGUMENT with a text that shows the four forms.
absl::StatusOr<DayRange> ParseDate(std::string_view text);

// The range from the start of `start` to the end of `end`; an empty string is an open bound, and
// with both empty there is none. Bad dates, and an end before the start, are INVALID_ARGUMENT with
// field errors "start" and "end".
absl::StatusOr<std::optional<DayRange>> ParsePeriod(std::string_view start, std::string_view end);

// "2024-05-13".
std::string FormatDay(absl::CivilDay day);

}  // namespace clusterwire
