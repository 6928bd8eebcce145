#pragma once

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

#include "clusterwire/catalogue/v1/label.pb.h"
#include "clusterwire/type/v1/periods.pb.h"

#include "libs/resource/as_of.h"

// On which days a label holds, by the dates of its record: not by when they were recorded. From the
// award through its end, or through the day before it was taken back. A renewal extends it without
// a gap, however late it came, so the days between an end and its renewal count.
namespace clusterwire::catalogue {

// The period of its Facts: at the longest, with a bound that isn't known left open. Where the award
// isn't dated, the scheme's rules count from the assessment.
type::v1::Period PeriodOf(const v1::Label& label);

// Rules::as_of. A label whose end isn't known holds on no day for sure.
resource::AsOf LabelAsOf(const v1::Label& label, absl::CivilDay day, absl::Time now);

}  // namespace clusterwire::catalogue
