#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

#include "clusterwire/catalogue/v1/label.pb.h"
#include "clusterwire/catalogue/v1/label_scheme.pb.h"

#include "services/catalogue/common/reminders.h"

// What the dates of a label and the rules of its scheme say: the ECEI rules (domain of ESCA and
// EUCLES, https://www.cluster-analysis.org/benchmarked-clusters) and those of any other scheme.
namespace clusterwire::catalogue {

// The state at a moment, from what Settle() derived:
//
//   valid ──expire_time──► renewable ──lapse_time──► lapsed
//     └───────(no renewal window known)────────────────┘      revoked and unknown stay
v1::Label::State StateAt(const v1::Label& label, absl::Time at);

// Derives expire_time and lapse_time from the dates and the scheme, and the state at `now`. The
// dates have been checked.
void Settle(const v1::LabelScheme& scheme, absl::Time now, v1::Label* label);

// What people are reminded of: its end, then the end of its renewal window. None without a scheme.
std::vector<Deadline> DeadlinesOfLabel(const v1::Label& label, const v1::LabelScheme* scheme);

// By when somebody has to act for the label to go on: its end, then the last day of its renewal
// window. Empty where that isn't known, and where nothing can be done any more. A date.
std::string LastDayToAct(const v1::Label& label, const v1::LabelScheme* scheme);

// The last day of a first award: as many months as the scheme says after the end of the month of
// the assessment. None when the scheme doesn't say or the assessment isn't known to the month.
std::optional<absl::CivilDay> FirstEnd(const v1::LabelScheme& scheme, const v1::Label& label);

// Why there is no FirstEnd(), for a person: "labelSchemes/ecei doesn't say how long …".
std::string WhyNoFirstEnd(const v1::LabelScheme& scheme, const v1::Label& label);
// The last day after a renewal on a day of `renewed`: without a gap from the previous end.
// FAILED_PRECONDITION, with the reason a person needs, when the label can't be renewed then.
absl::StatusOr<absl::CivilDay> RenewedEnd(const v1::LabelScheme& scheme, const v1::Label& label,
                                          absl::CivilDay renewed);
// Whether a renewal is possible on that day at all, with any end; else FAILED_PRECONDITION.
absl::Status CheckRenewable(const v1::LabelScheme& scheme, const v1::Label& label,
                            absl::CivilDay renewed);

}  // namespace clusterwire::catalogue
