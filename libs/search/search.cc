#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/status/error.h"
#include "libs/base/time/date.h"
#include "libs/filter/terms/geo.h"
#include "libs/filter/terms/words.h"
#include "libs/search/layers.h"

namespace clusterwire::search {
namespace {

Facet CountFacet(const std::string& field, const std::vector<const Document*>& documents) {
  absl::flat_hash_map<std::string_view, size_t> counts;
  for (const Document* document : documents) {
    for (const auto value : filter::FacetValues(field, document->facts)) ++counts[value];
  }
  Facet facet{.field = field, .values = {}, .more = 0};
  for (const auto& [value, count] : counts) facet.values.push_back({std::string(value), count});
  std::ranges::sort(facet.values, [](const FacetValue& a, const FacetValue& b) {
    return std::tie(b.count, a.value) < std::tie(a.count, b.value);
  });
  if (facet.values.size() > kMaxFacetValues) {
    facet.more = facet.values.size() - kMaxFacetValues;
    facet.values.resize(kMaxFacetValues);
  }
  return facet;
}

constexpr char kHasValue = 0;
constexpr char kHasNone = 1;  // sorts last, whichever way the order goes

std::string BigEndian(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

// How well the words fit: those of the title first, whole words before prefixes, and among equals
// the shorter title. Depends on this resource alone, so that a page that is read after a change of
// others goes on where the one before ended.
uint32_t RelevanceOf(const filter::Words& words, const filter::Columns& columns) {
  uint32_t points = 0;
  for (const filter::Word& word : words.whole) {
    if (filter::HasWord(columns.title_tokens, word)) {
      points += 8;
    } else if (filter::HasWord(columns.tokens, word)) {
      points += 2;
    }
  }
  for (const filter::Word& prefix : words.prefixes) {
    if (filter::HasPrefix(columns.title_tokens, prefix)) {
      points += 4;
    } else if (filter::HasPrefix(columns.tokens, prefix)) {
      points += 1;
    }
  }
  const auto title_words =
      static_cast<uint32_t>(std::min<size_t>(columns.title_tokens.size(), 255));
  return points == 0 ? 0 : points * 256 - title_words;
}

// What the order asks for, as bytes that sort upwards; none where the resource lacks it.
std::optional<std::string> ValueOf(const SearchOptions& options, const filter::Words& ranking,
                                   const filter::Columns& columns) {
  switch (options.order) {
    case Order::kRelevance:
      return BigEndian(std::numeric_limits<uint32_t>::max() - RelevanceOf(ranking, columns));
    case Order::kDistance: {
      if (!columns.point) return std::nullopt;
      const double meters = filter::DistanceMeters(*options.origin, *columns.point);
      return BigEndian(static_cast<uint32_t>(std::lround(meters)));
    }
    case Order::kTime:
      if (!columns.period) return std::nullopt;
      return BigEndian(static_cast<uint32_t>(columns.period->first - FirstDay()));
    case Order::kTitle:
      break;
  }
  return columns.title_key;
}

// Bytes by which the hits of one search are ordered, and their pages kept apart.
std::string KeyOf(const SearchOptions& options, const filter::Words& ranking,
                  const filter::Columns& columns) {
  std::optional<std::string> value = ValueOf(options, ranking, columns);
  std::string key(1, value ? kHasValue : kHasNone);
  if (value) {
    if (options.descending) {
      for (char& byte : *value) byte = static_cast<char>(~byte);
    }
    key += *value;
  }
  // Among equals by title, however the order goes.
  return options.order == Order::kTitle ? key : key + columns.title_key;
}

bool Before(const PageEnd& a, const PageEnd& b) {
  return std::tie(a.key, a.name) < std::tie(b.key, b.name);
}

// The hits after options.after, at most options.limit of them, and whether there are more.
void FillPage(const std::vector<const Document*>& documents, const SearchOptions& options,
              Page& page) {
  const filter::Words ranking = filter::ParseWords(options.ranking_words);
  std::vector<Hit> hits;
  for (const Document* document : documents) {
    Hit hit;
    hit.facts = &document->facts;
    hit.position = {KeyOf(options, ranking, document->columns), document->facts.name()};
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

absl::Status CheckOptions(const SearchOptions& options) {
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
  const auto& known = filter::FacetFields();
  if (options.facets.size() > known.size()) {
    errors.Add("facets",
               absl::StrCat("has ", options.facets.size(), " fields; at most ", known.size()));
    return errors.ToStatus();
  }
  for (size_t i = 0; i < options.facets.size(); ++i) {
    if (std::ranges::find(known, options.facets[i]) != known.end()) continue;
    errors.Add(
        absl::StrCat("facets[", i, "]"),
        absl::StrCat("'", options.facets[i], "' can't be counted; write one of ",
                     absl::StrJoin(std::vector<std::string>(known.begin(), known.end()), ", ")));
  }
  return errors.ToStatus();
}

absl::StatusOr<Page> Snapshot::Search(const Predicate& predicate,
                                      const SearchOptions& options) const {
  RETURN_IF_ERROR(CheckOptions(options));
  const std::vector<const Document*> matching = layers_->Matching(predicate);
  Page page;
  page.total = matching.size();
  FillPage(matching, options, page);
  for (const std::string& field : options.facets) {
    const Predicate others = predicate.Without(field);
    const bool asks_field = &others.filter() != &predicate.filter();
    page.facets.push_back(CountFacet(field, asks_field ? layers_->Matching(others) : matching));
  }
  return page;
}

}  // namespace clusterwire::search
