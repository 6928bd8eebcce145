#include "libs/base/time/date.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire {
namespace {

// The number that `digits` spells, or -1 when it is anything but `count` digits.
int Digits(std::string_view digits, size_t count) {
  if (digits.size() != count) return -1;
  int value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

absl::Status BadDate(std::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("'", ToAbsl(text), "' is no date; write 2024, 2024-Q3, 2024-05 or 2024-05-13"));
}

DayRange Months(int year, int first, int count) {
  const absl::CivilMonth start(year, first);
  return {absl::CivilDay(start), absl::CivilDay(start + count) - 1};
}

}  // namespace

absl::CivilDay FirstDay() { return absl::CivilDay(kFirstYear, 1, 1); }
absl::CivilDay LastDay() { return absl::CivilDay(kLastYear, 12, 31); }

absl::StatusOr<DayRange> ParseDate(std::string_view text) {
  const int year = Digits(text.substr(0, 4), 4);
  if (year < kFirstYear) return BadDate(text);
  if (text.size() == 4) return Months(year, 1, 12);
  if (text[4] != '-') return BadDate(text);
  if (text.size() == 7 && text[5] == 'Q') {
    const int quarter = Digits(text.substr(6), 1);
    if (quarter < 1 || quarter > 4) return BadDate(text);
    return Months(year, 3 * quarter - 2, 3);
  }
  const int month = Digits(text.substr(5, 2), 2);
  if (month < 1 || month > 12) return BadDate(text);
  if (text.size() == 7) return Months(year, month, 1);
  const int day = text.size() == 10 && text[7] == '-' ? Digits(text.substr(8), 2) : -1;
  const absl::CivilDay civil(year, month, day);
  // Civil days normalise 31 April to 1 May: what was written must be what was meant.
  if (day < 1 || civil.day() != day) return BadDate(text);
  return DayRange{civil, civil};
}

absl::StatusOr<std::optional<DayRange>> ParsePeriod(std::string_view start, std::string_view end) {
  if (start.empty() && end.empty()) return std::nullopt;
  DayRange range{FirstDay(), LastDay()};
  FieldErrors errors;
  if (!start.empty()) {
    const auto parsed = ParseDate(start);
    if (parsed.ok()) range.first = parsed->first;
    if (!parsed.ok()) errors.Add("start", ToStd(parsed.status().message()));
  }
  if (!end.empty()) {
    const auto parsed = ParseDate(end);
    if (parsed.ok()) range.last = parsed->last;
    if (!parsed.ok()) errors.Add("end", ToStd(parsed.status().message()));
  }
  if (errors.empty() && range.last < range.first) {
    errors.Add("end",
               absl::StrCat("'", ToAbsl(end), "' is before the start '", ToAbsl(start), "'"));
  }
  if (!errors.empty()) return errors.ToStatus();
  return range;
}

std::string FormatDay(absl::CivilDay day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

}  // namespace clusterwire
