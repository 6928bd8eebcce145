#include "services/catalogue/search/applier.h"

#include <span>
#include <utility>
#include <vector>

#include "libs/base/status/error.h"

namespace clusterwire::catalogue {
namespace {

absl::StatusOr<store::Revision> ReadAll(store::Store& store, search::Index& index) {
  search::Loader loader(index);
  ASSIGN_OR_RETURN(const store::Revision revision,
                   store.ReadFacts([&](const std::string& name, const std::string& facts) {
                     loader.Add({name, facts});
                     return absl::OkStatus();
                   }));
  RETURN_IF_ERROR(loader.Finish(revision.value));
  return revision;
}

}  // namespace

absl::StatusOr<std::unique_ptr<store::Tailer>> StartApplier(store::Store& store,
                                                            search::Index& index, Clock& clock,
                                                            Random& random,
                                                            telemetry::Metrics& metrics) {
  ASSIGN_OR_RETURN(const store::Revision revision, ReadAll(store, index));
  telemetry::Gauge gauge =
      metrics.GetGauge("clusterwire_search_revision", "Revision that the search index shows.");
  gauge.Set(static_cast<double>(revision.value));
  telemetry::Gauge segments = metrics.GetGauge(
      "clusterwire_search_segments", "Segments of the search index; few when merges keep up.");
  const auto apply = [&index, gauge,
                      segments](std::span<const store::Change> changes) mutable -> absl::Status {
    if (changes.empty()) return absl::OkStatus();
    std::vector<search::FactsUpdate> updates;
    updates.reserve(changes.size());
    for (const store::Change& change : changes) {
      updates.push_back({change.name, change.facts_after});
    }
    const int64_t newest = changes.back().position.revision.value;
    RETURN_IF_ERROR(index.Apply(newest, updates));
    gauge.Set(static_cast<double>(newest));
    segments.Set(static_cast<double>(index.Current()->snapshot->segments()));
    return absl::OkStatus();
  };
  // The whole of that revision is in: go on behind its last change.
  return std::make_unique<store::Tailer>(
      store, clock, random,
      store::Tailer::Options{.after = store::EndOf(revision), .images = store::Images::kLeftOut},
      apply);
}

}  // namespace clusterwire::catalogue
