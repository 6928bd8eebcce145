#pragma once

#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

#include "clusterwire/type/v1/periods.pb.h"

#include "libs/text/language.h"

// What the dates of something that begins and ends say, of any precision. Days are those of
// kDefaultZone.
namespace clusterwire::catalogue {

// When it begins and when it has ended, as far as that is known.
struct PeriodMoments {
  std::optional<absl::Time> start;
  std::optional<absl::Time> end;
};
PeriodMoments MomentsOf(const type::v1::Period& period);

// Whether the two overlap for all days that their dates may stand for ("2019" and "2019" need not).
// One without an end holds on `today` and after; without a start it has begun by its end, or by
// today.
bool CertainlyOverlap(const type::v1::Period& one, const type::v1::Period& other,
                      absl::CivilDay today);

// As summaries write a date: in English as it stands, in German in words.
std::string SummaryDate(text::Language language, const std::string& date);

// "2012 to 2019", "since 2012", "until 2019", "without dates": for errors and notes.
std::string PeriodText(const type::v1::Period& period);

}  // namespace clusterwire::catalogue
