#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/filter/terms/words.h"
#include "libs/search/order.h"
#include "libs/search/parts.h"
#include "libs/search/snapshot.h"

namespace clusterwire::search {
namespace {

bool IsFacetField(const std::string& field) {
  const auto& known = filter::FacetFields();
  return std::find(known.begin(), known.end(), field) != known.end();
}

absl::Status Check(const SearchOptions& options) {
  FieldErrors errors;
  if (options.limit > kMaxPage) {
    errors.Add("limit", absl::StrCat("is ", options.limit, "; at most ", kMaxPage));
  }
  if (options.order == Order::kDistance && !options.origin) {
    errors.Add("origin", "is needed to order by distance");
  }
  if (filter::ParseWords(options.ranking_words).size() > kMaxRankingWords) {
    errors.Add("ranking_words", absl::StrCat("has more than ", kMaxRankingWords, " words"));
  }
  if (options.facets.size() > filter::FacetFields().size()) {
    errors.Add("facets", absl::StrCat("has ", options.facets.size(), " fields; at most ",
                                      filter::FacetFields().size()));
    return errors.ToStatus();
  }
  for (size_t i = 0; i < options.facets.size(); ++i) {
    if (IsFacetField(options.facets[i])) continue;
    std::vector<std::string> known(filter::FacetFields().begin(), filter::FacetFields().end());
    errors.Add(absl::StrCat("facets[", i, "]"),
               absl::StrCat("'", options.facets[i], "' can't be counted; write one of ",
                            absl::StrJoin(known, ", ")));
  }
  return errors.ToStatus();
}

Facet CountFacet(const std::string& field, const std::vector<const Document*>& documents) {
  absl::flat_hash_map<std::string, size_t> counts;
  for (const Document* document : documents) {
    for (const auto& [name, values] : document->columns.facets) {
      if (name != field) continue;
      for (const std::string& value : values) ++counts[value];
    }
  }
  Facet facet;
  facet.field = field;
  for (const auto& [value, count] : counts) facet.values.push_back({value, count});
  std::sort(facet.values.begin(), facet.values.end(), [](const FacetValue& a, const FacetValue& b) {
    return std::tie(b.count, a.value) < std::tie(a.count, b.value);
  });
  if (facet.values.size() > kMaxFacetValues) {
    facet.more = facet.values.size() - kMaxFacetValues;
    facet.values.resize(kMaxFacetValues);
  }
  return facet;
}

bool Before(const Position& a, const Position& b) {
  return std::tie(a.key, a.name) < std::tie(b.key, b.name);
}

// The hits after options.after, at most options.limit of them, and whether there are more.
void FillPage(const std::vector<const Document*>& documents, const SearchOptions& options,
              Page& page) {
  const SortKeys keys(options);
  std::vector<Hit> hits;
  for (const Document* document : documents) {
    Hit hit;
    hit.facts = &document->facts;
    hit.position = {keys.KeyOf(document->columns), document->facts.name()};
    if (options.after && !Before(*options.after, hit.position)) continue;
    if (options.origin && document->columns.point) {
      hit.distance_meters = filter::DistanceMeters(*options.origin, *document->columns.point);
    }
    hits.push_back(std::move(hit));
  }
  page.more = hits.size() > options.limit;
  const size_t shown = std::min(hits.size(), options.limit);
  std::partial_sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(shown), hits.end(),
                    [](const Hit& a, const Hit& b) { return Before(a.position, b.position); });
  hits.resize(shown);
  page.hits = std::move(hits);
}

}  // namespace

absl::StatusOr<Page> Snapshot::Search(const Predicate& predicate,
                                      const SearchOptions& options) const {
  RETURN_IF_ERROR(Check(options));
  const std::vector<const Document*> matching = parts_->Matching(predicate);
  Page page;
  page.total = matching.size();
  FillPage(matching, options, page);
  for (const std::string& field : options.facets) {
    const Predicate others = predicate.Without(field);
    const bool asks_field = &others.filter() != &predicate.filter();
    page.facets.push_back(CountFacet(field, asks_field ? parts_->Matching(others) : matching));
  }
  return page;
}

}  // namespace clusterwire::search
