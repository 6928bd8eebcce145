#include "libs/search/facets.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "libs/base/text/strings.h"

namespace clusterwire::search {
namespace {

// How long it takes to look at one document's terms, which are somewhere else for each, and to look
// whether a document of a list is among the hits: as long as to count so many words of bits.
constexpr size_t kWordsPerDocument = 128;
constexpr size_t kWordsPerListed = 4;
// So many documents ahead their terms are asked of the memory, which is slower than counting them.
constexpr size_t kAhead = 12;

}  // namespace

FacetCounter::FacetCounter(std::vector<std::string> fields) {
  for (std::string& name : fields) {
    const filter::FacetField* field = filter::FacetFieldOf(name);
    fields_.push_back({.name = std::move(name),
                       .field = field,
                       .prefix = TermKey(field->term, ""),
                       .counts = {},
                       .cut = false});
  }
}

void FacetCounter::Add(const Hits& hits) {
  if (hits.count() == 0 || fields_.empty()) return;
  const Segment& segment = hits.segment();
  const Dictionary& terms = segment.terms;
  size_t by_term = 0;
  for (const Field& field : fields_) {
    const auto [from, to] = terms.BeginningWith(field.prefix);
    for (uint32_t term = from; term < to; ++term) {
      const Posting posting = terms.posting(term);
      by_term +=
          posting.bits == nullptr ? posting.count * kWordsPerListed : WordsFor(segment.size());
    }
  }
  std::vector<uint32_t> counts;  // by term, when counted by document
  const bool by_document = hits.few() || hits.count() * kWordsPerDocument < by_term;
  if (by_document) {
    counts.resize(terms.From(kBehindFacets));
    std::vector<uint32_t> ordinals;
    ordinals.reserve(hits.count());
    hits.Each([&](uint32_t ordinal) {
      ordinals.push_back(ordinal);
      return true;
    });
    for (size_t i = 0; i < ordinals.size(); ++i) {
      if (i + kAhead < ordinals.size()) segment.facets.Fetch(ordinals[i + kAhead]);
      segment.facets.Of(ordinals[i], [&](uint32_t term) { ++counts[term]; });
    }
  }
  for (Field& field : fields_) {
    std::vector<std::pair<uint32_t, uint32_t>> counted;  // how often, term
    const auto [from, to] = terms.BeginningWith(field.prefix);
    for (uint32_t term = from; term < to; ++term) {
      const uint32_t count = by_document ? counts[term] : hits.CountOf(terms.posting(term));
      if (count > 0 && field.field->counts(terms.key(term).substr(field.prefix.size()))) {
        counted.emplace_back(count, term);
      }
    }
    if (counted.size() > kMaxCountedValues) {
      std::ranges::nth_element(counted, counted.begin() + kMaxCountedValues, std::greater<>());
      counted.resize(kMaxCountedValues);
      field.cut = true;
    }
    for (const auto& [count, term] : counted) {
      field.counts[ToAbsl(terms.key(term).substr(field.prefix.size()))] += count;
    }
  }
}

std::vector<Facet> FacetCounter::Facets() const {
  std::vector<Facet> facets;
  for (const Field& field : fields_) {
    std::vector<std::pair<size_t, std::string_view>> values;
    for (const auto& [value, count] : field.counts) values.emplace_back(count, ToStd(value));
    const size_t shown = std::min(values.size(), kMaxFacetValues);
    std::ranges::partial_sort(values, values.begin() + static_cast<std::ptrdiff_t>(shown),
                              [](const auto& a, const auto& b) {
                                return std::tie(b.first, a.second) < std::tie(a.first, b.second);
                              });
    Facet& facet = facets.emplace_back();
    facet.field = field.name;
    facet.more = values.size() - shown;
    facet.cut = field.cut;
    for (size_t i = 0; i < shown; ++i) {
      facet.values.push_back({.value = std::string(values[i].second), .count = values[i].first});
    }
  }
  return facets;
}

}  // namespace clusterwire::search
