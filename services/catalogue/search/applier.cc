#include "services/catalogue/search/applier.h"

#include <span>
#include <utility>
#include <vector>

#include "libs/base/status/error.h"
#include "libs/facts/facts.h"
#include "libs/store/resource.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kPage = 1000;

absl::StatusOr<store::Revision> ReadAll(store::Store& store, search::Index& index) {
  ASSIGN_OR_RETURN(const auto reader, store.Read());
  std::vector<search::FactsUpdate> updates;
  store::ScanOptions scan;
  scan.limit = kPage;
  while (true) {
    ASSIGN_OR_RETURN(auto page, reader->Scan(scan));
    for (store::Scanned& scanned : page) {
      scan.after = store::NameOf(*scanned.resource);
      ASSIGN_OR_RETURN(auto facts, facts::Parse(scanned.facts));
      if (facts) updates.push_back({scan.after, std::move(facts)});
    }
    if (page.size() < kPage) break;
  }
  index.Apply(reader->revision().value, updates);
  return reader->revision();
}

}  // namespace

absl::StatusOr<std::unique_ptr<SearchApplier>> SearchApplier::Start(store::Store& store,
                                                                    search::Index& index,
                                                                    Clock& clock, Random& random,
                                                                    telemetry::Metrics& metrics) {
  ASSIGN_OR_RETURN(const store::Revision revision, ReadAll(store, index));
  telemetry::Gauge gauge =
      metrics.GetGauge("clusterwire_search_revision", "Revision that the search index shows.");
  gauge.Set(static_cast<double>(revision.value));
  std::unique_ptr<SearchApplier> applier(new SearchApplier);
  store::Tailer::Options options;
  // The whole of that revision is in: go on behind its last change.
  options.after = store::EndOf(revision);
  applier->tailer_ = std::make_unique<store::Tailer>(
      store, clock, random, options,
      [&index, gauge](std::span<const store::Change> changes) mutable -> absl::Status {
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
      });
  return applier;
}

}  // namespace clusterwire::catalogue
