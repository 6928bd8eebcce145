#include "libs/search/index.h"

#include <algorithm>
#include <utility>

#include "libs/search/layers.h"

namespace clusterwire::search {
namespace {

bool NameBefore(const Document* a, const Document* b) { return a->facts.name() < b->facts.name(); }

bool Matches(const Predicate& predicate, const Document& document) {
  return predicate.Matches(filter::FactsView(document.facts, document.columns));
}

// Whether a document that has the predicate's terms matches for certain.
bool TermsSuffice(const Predicate& predicate, const Document& document) {
  return predicate.exact() && !document.facts.has_audience();
}

}  // namespace

Base::Base(Documents documents) : documents_(std::move(documents)) {
  for (uint32_t id = 0; id < documents_.size(); ++id) {
    for (const filter::Term term : documents_[id]->terms) postings_[term].add(id);
  }
  for (auto& [term, ids] : postings_) ids.runOptimize();
}

int64_t Base::Find(const std::string& name) const {
  const auto at = std::lower_bound(
      documents_.begin(), documents_.end(), name,
      [](const auto& document, const std::string& key) { return document->facts.name() < key; });
  if (at == documents_.end() || (*at)->facts.name() != name) return -1;
  return at - documents_.begin();
}

Roaring Base::WithTerms(const std::vector<std::vector<filter::Term>>& groups) const {
  Roaring found;
  found.addRange(0, documents_.size());
  for (const std::vector<filter::Term>& group : groups) {
    Roaring with_one;
    for (const filter::Term term : group) {
      const auto ids = postings_.find(term);
      if (ids != postings_.end()) with_one |= ids->second;
    }
    found &= with_one;
    if (found.isEmpty()) break;
  }
  return found;
}

std::vector<const Document*> Snapshot::Layers::Matching(const Predicate& predicate) const {
  std::vector<const Document*> found;
  const Roaring candidates = base->WithTerms(predicate.required()) - hidden;
  for (const uint32_t id : candidates) {
    const Document& document = *base->documents()[id];
    if (TermsSuffice(predicate, document) || Matches(predicate, document)) {
      found.push_back(&document);
    }
  }
  const auto from_overlay = static_cast<std::ptrdiff_t>(found.size());
  for (const auto& [name, document] : overlay) {
    if (Matches(predicate, *document)) found.push_back(document.get());
  }
  std::inplace_merge(found.begin(), found.begin() + from_overlay, found.end(), NameBefore);
  return found;
}

Snapshot::Snapshot(std::shared_ptr<const Layers> layers) : layers_(std::move(layers)) {}

std::shared_ptr<const Snapshot> Snapshot::Empty(size_t overlay_limit) {
  auto layers = std::make_shared<Layers>();
  layers->overlay_limit = overlay_limit;
  layers->base = std::make_shared<const Base>(Documents{});
  return std::shared_ptr<const Snapshot>(new Snapshot(std::move(layers)));
}

std::shared_ptr<const Snapshot> Snapshot::With(std::span<const FactsUpdate> updates) const {
  auto next = std::make_shared<Layers>(*layers_);
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
  if (next->overlay.size() + next->hidden.cardinality() > next->overlay_limit) {
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
  return layers_->base->documents().size() - layers_->hidden.cardinality() +
         layers_->overlay.size();
}

Index::Index(std::function<void(int64_t)> published, size_t overlay_limit)
    : on_published_(std::move(published)),
      published_(std::make_shared<const Published>(
          Published{.revision = 0, .snapshot = Snapshot::Empty(overlay_limit)})) {}

std::shared_ptr<const Published> Index::Current() const {
  MutexLock lock(mutex_);
  return published_;
}

void Index::Apply(int64_t revision, std::span<const FactsUpdate> updates) {
  auto next = std::make_shared<const Published>(
      Published{.revision = revision, .snapshot = Current()->snapshot->With(updates)});
  {
    MutexLock lock(mutex_);
    published_.swap(next);  // the old one, if no reader has it, goes after the lock
  }
  if (on_published_) on_published_(revision);
}

}  // namespace clusterwire::search
