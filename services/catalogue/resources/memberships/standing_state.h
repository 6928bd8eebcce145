#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

#include "clusterwire/catalogue/v1/membership.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"
#include "clusterwire/catalogue/v1/standing.pb.h"

#include "libs/store/reader.h"

// How a membership stands at a moment: what follows from its dates, from the programme's duty and
// from the cluster's labels.
namespace clusterwire::catalogue {

// The last day of a probation that begins with the membership; none where the programme has none or
// the start isn't known. It begins on the last day that the start may be.
std::optional<absl::CivilDay> ProbationEnd(const v1::Programme& programme,
                                           const v1::Membership& membership);

// Derives all Output only fields but the stamps, and clears what a membership in that state has no
// more. Time doesn't pass for a membership whose programme can't be read: it stays as it is.
absl::Status Settle(const store::Reader& reader, const v1::Membership& membership, absl::Time at,
                    v1::Standing* standing);

// Whether there is anything to say of it: what is worth being kept.
bool SaysSomething(const v1::Standing& standing);

// When the probation and the grace are over; none where there is none.
std::optional<absl::Time> ProbationEndOf(const v1::Standing& standing);
std::optional<absl::Time> GraceEndOf(const v1::Standing& standing);

}  // namespace clusterwire::catalogue
