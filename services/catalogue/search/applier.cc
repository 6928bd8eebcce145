#include "services/catalogue/search/applier.h"

#include <span>
#include <utility>
#include <vector>

#include "libs/base/status/error.h"
#include "libs/facts/facts.h"
#include "libs/resource/page.h"

namespace clusterwire::catalogue {
namespace {

absl::StatusOr<store::Revision> ReadAll(store::Store& store, search::Index& index) {
  ASSIGN_OR_RETURN(const auto reader, store.Read());
  std::vector<search::FactsUpdate> updates;
  absl::Status parsed;
  RETURN_IF_ERROR(resource::ForEach(*reader, {}, [&](const store::Scanned& scanned) {
    absl::StatusOr<std::optional<facts::Facts>> facts = facts::Parse(scanned.facts);
    parsed = facts.status();
    if (parsed.ok() && *facts) {
      updates.push_back({store::NameOf(*scanned.resource), *std::move(facts)});
    }
    return parsed.ok();
  }));
  RETURN_IF_ERROR(parsed);
  index.Apply(reader->revision().value, updates);
  return reader->revision();
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
  const auto apply = [&index,
                      gauge](std::span<const store::Change> changes) mutable -> absl::Status {
    if (changes.empty()) return absl::OkStatus();
    std::vector<search::FactsUpdate> updates;
    updates.reserve(changes.size());
    for (const store::Change& change : changes) {
      ASSIGN_OR_RETURN(auto facts, facts::Parse(change.facts_after));
      updates.push_back({change.name, std::move(facts)});
    }
    const int64_t newest = changes.back().position.revision.value;
    index.Apply(newest, updates);
    gauge.Set(static_cast<double>(newest));
    return absl::OkStatus();
  };
  // The whole of that revision is in: go on behind its last change.
  return std::make_unique<store::Tailer>(
      store, clock, random, store::Tailer::Options{.after = store::EndOf(revision)}, apply);
}

}  // namespace clusterwire::catalogue
