#pragma once

#include "absl/status/statusor.h"

#include "clusterwire/change/v1/resource_changed.pb.h"

#include "libs/store/resource.h"

namespace clusterwire::catalogue {

// The one mapping from a row of the log to the public record: what travels on Kafka and what
// ListChanges answers. The log itself is no contract.
// DATA_LOSS when the row can't be read.
absl::StatusOr<change::v1::ResourceChanged> RecordOf(const store::Change& change);

}  // namespace clusterwire::catalogue
