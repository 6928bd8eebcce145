#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"

#include "clusterwire/catalogue/v1/booking.pb.h"
#include "clusterwire/catalogue/v1/label.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"

#include "services/catalogue/common/resource.h"

// What a programme pays for a label, and for which label period.
namespace clusterwire::catalogue {

// Fills the coverage of a booking that is asked for: level, price, amount and budget year, from the
// request and the offering.
void TakeCoverage(const v1::AskForBookingRequest& request, const v1::Offering& offering,
                  absl::Time now, v1::Coverage* coverage, FieldErrors& errors);

// An amount that somebody gives for a coverage: above 0, and in the coverage's currency, which is
// also that of an amount that names none.
google::type::Money TakeAmount(std::string_view path, const google::type::Money& given,
                               const v1::Coverage& coverage, FieldErrors& errors);

// The amount is at most what the offering gives.
void CheckWithin(std::string_view path, const google::type::Money& amount,
                 const v1::Offering& offering, const v1::Coverage& coverage, FieldErrors& errors);

// The level is one that the offering covers; `path` is the request's field of the offering.
void CheckCovers(std::string_view path, const v1::Offering& offering, const v1::Coverage& coverage,
                 FieldErrors& errors);

// The year whose budget a coverage counts to: from the last year to five ahead.
void CheckBudgetYear(int year, absl::Time now, FieldErrors& errors);

// The last day of the label period that a coverage pays for, from its outcome: `label`'s end where
// it has one; else as long after the outcome as the scheme's first labels of the level are valid,
// or two years.
std::string PeriodEnd(const CodeBook& book, const v1::Coverage& coverage, const v1::Label& label);

// Another coverage of the same label can be asked for so long before the end of the period that the
// last one paid for: assessments take their time.
inline constexpr int kLeadMonths = 6;

// Whether `other`, of the same cluster, leaves room for another coverage of a scheme and level on
// `today`: else FAILED_PRECONDITION, reason COVERED_ALREADY.
absl::Status CheckNotCovered(const v1::Booking& other, const v1::Coverage& coverage,
                             absl::CivilDay today);

}  // namespace clusterwire::catalogue
