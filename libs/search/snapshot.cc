#include "libs/search/snapshot.h"

#include <algorithm>
#include <utility>

#include "libs/search/parts.h"

namespace clusterwire::search {
namespace {

bool NameBefore(const Document* a, const Document* b) { return a->facts.name() < b->facts.name(); }

bool Matches(const Predicate& predicate, const Document& document) {
  return predicate.Matches(filter::FactsView(document.facts, document.columns));
}

}  // namespace

std::vector<const Document*> Snapshot::Parts::Matching(const Predicate& predicate) const {
  std::vector<const Document*> found;
  const Roaring candidates = base->WithTerms(predicate.required()) - hidden;
  for (const uint32_t id : candidates) {
    const Document& document = *base->documents()[id];
    if (predicate.exact() || Matches(predicate, document)) found.push_back(&document);
  }
  const auto from_overlay = static_cast<std::ptrdiff_t>(found.size());
  for (const auto& [name, document] : overlay) {
    if (Matches(predicate, *document)) found.push_back(document.get());
  }
  std::inplace_merge(found.begin(), found.begin() + from_overlay, found.end(), NameBefore);
  return found;
}

Snapshot::Snapshot(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}

std::shared_ptr<const Snapshot> Snapshot::Empty(SnapshotOptions options) {
  auto parts = std::make_shared<Parts>();
  parts->options = options;
  parts->base = std::make_shared<const Base>(Documents{});
  return std::shared_ptr<const Snapshot>(new Snapshot(std::move(parts)));
}

std::shared_ptr<const Snapshot> Snapshot::With(std::span<const FactsUpdate> updates) const {
  auto next = std::make_shared<Parts>(*parts_);
  for (const FactsUpdate& update : updates) {
    const int64_t replaced = next->base->Find(update.name);
    if (replaced >= 0) next->hidden.add(static_cast<uint32_t>(replaced));
    if (!update.facts) {
      next->overlay.erase(update.name);
      continue;
    }
    Facts facts = *update.facts;
    facts.set_name(update.name);
    next->overlay[update.name] = std::make_shared<const Document>(std::move(facts));
  }
  if (next->overlay.size() + next->hidden.cardinality() > next->options.overlay_limit) {
    Documents documents;
    const Documents& old = next->base->documents();
    for (uint32_t id = 0; id < old.size(); ++id) {
      if (!next->hidden.contains(id)) documents.push_back(old[id]);
    }
    const auto from_overlay = static_cast<std::ptrdiff_t>(documents.size());
    for (auto& [name, document] : next->overlay) documents.push_back(std::move(document));
    std::inplace_merge(documents.begin(), documents.begin() + from_overlay, documents.end(),
                       [](const auto& a, const auto& b) { return NameBefore(a.get(), b.get()); });
    next->base = std::make_shared<const Base>(std::move(documents));
    next->hidden = Roaring();
    next->overlay.clear();
  }
  return std::shared_ptr<const Snapshot>(new Snapshot(std::move(next)));
}

size_t Snapshot::size() const {
  return parts_->base->documents().size() - parts_->hidden.cardinality() + parts_->overlay.size();
}

}  // namespace clusterwire::search
