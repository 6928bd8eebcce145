#pragma once

#include <memory>

#include "absl/status/statusor.h"

#include "libs/search/index.h"
#include "libs/store/log/tailer.h"
#include "libs/store/store.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::catalogue {

// Keeps the search index at the log's heels for as long as the tailer lives: reads all Facts at one
// revision, so that it returns with an index that is complete there, then follows the log. Nothing
// of it is on disk. `index` is the tailer's to write and anybody's to read. All by reference
// outlive it.
absl::StatusOr<std::unique_ptr<store::Tailer>> StartApplier(store::Store& store,
                                                            search::Index& index, Clock& clock,
                                                            Random& random,
                                                            telemetry::Metrics& metrics);

}  // namespace clusterwire::catalogue
