#include "services/catalogue/common/dates/periods.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/time/date.h"
#include "services/catalogue/common/dates/calendar.h"

namespace clusterwire::catalogue {
namespace {

// The days on which something certainly holds; `first` may lie after `last`: then on none.
struct CertainDays {
  absl::CivilDay first;
  absl::CivilDay last;
};

CertainDays CertainDaysOf(const type::v1::Period& period, absl::CivilDay today) {
  const auto start = ParseDate(period.start());
  const auto end = ParseDate(period.end());
  const absl::CivilDay last = end.ok() ? end->first : LastDay();
  if (start.ok()) return {start->last, last};
  return {std::min(end.ok() ? end->last : today, today), last};
}

}  // namespace

PeriodMoments MomentsOf(const type::v1::Period& period) {
  PeriodMoments moments;
  if (const auto start = ParseDate(period.start()); start.ok()) {
    moments.start = StartOf(*start, kDefaultZone);
  }
  if (const auto end = ParseDate(period.end()); end.ok()) {
    moments.end = EndOf(*end, kDefaultZone);
  }
  return moments;
}

bool CertainlyOverlap(const type::v1::Period& one, const type::v1::Period& other,
                      absl::CivilDay today) {
  const CertainDays a = CertainDaysOf(one, today);
  const CertainDays b = CertainDaysOf(other, today);
  return std::max(a.first, b.first) <= std::min(a.last, b.last);
}

std::string SummaryDate(text::Language language, const std::string& date) {
  return language == text::Language::kGerman ? text::DateIn(language, date) : date;
}

std::string PeriodText(const type::v1::Period& period) {
  if (period.start().empty() && period.end().empty()) return "without dates";
  if (period.end().empty()) return absl::StrCat("since ", period.start());
  if (period.start().empty()) return absl::StrCat("until ", period.end());
  return absl::StrCat(period.start(), " to ", period.end());
}

}  // namespace clusterwire::catalogue
