#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/label.pb.h"

#include "services/catalogue/import/batch.h"
#include "services/catalogue/import/upsert.h"

namespace clusterwire::catalogue::registers {

// The label of `cluster` that a line is about, which `label` holds with its scheme and level by
// their names. By its external id or, made by hand, by its dates; else, where no other line of the
// import has named it, the one that the line corrects: of the same scheme and level, with one of
// the line's dates, or, where they have none in common, with all dates less than half a year from
// the line's. So far apart are two awards of one level.
absl::StatusOr<Match<v1::Label>> FindAward(Batch& batch, const std::string& cluster,
                                           const v1::Label& label, const std::string& id);

}  // namespace clusterwire::catalogue::registers
