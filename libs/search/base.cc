#include "libs/search/base.h"

#include <algorithm>
#include <utility>

namespace clusterwire::search {

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

}  // namespace clusterwire::search
