#pragma once

#include <memory>

#include "absl/status/status.h"

#include "libs/search/index.h"
#include "libs/store/store.h"
#include "libs/store/log/tailer.h"
#include "libs/telemetry/metrics.h"

namespace clusterwire::catalogue {

// Keeps the search index at the log's heels: reads all Facts at one revision, then follows the log
// from there. Nothing of it is on disk. `index` is this object's to write and anybody's to read.
class SearchApplier {
 public:
  // Reads everything, so it returns with an index that is complete at some revision. All by
  // reference outlive the applier.
  static absl::StatusOr<std::unique_ptr<SearchApplier>> Start(store::Store& store,
                                                              search::Index& index, Clock& clock,
                                                              Random& random,
                                                              telemetry::Metrics& metrics);

  // Why it doesn't get on; OK while it does.
  absl::Status status() const { return tailer_->status(); }

 private:
  SearchApplier() = default;

  std::unique_ptr<store::Tailer> tailer_;
};

}  // namespace clusterwire::catalogue
