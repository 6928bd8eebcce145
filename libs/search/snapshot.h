#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/filter/predicate.h"
#include "libs/filter/terms/cells.h"

namespace clusterwire::search {

using filter::Facts;
using filter::Predicate;

enum class Order {
  kRelevance,  // how well the predicate's words fit, best first
  kDistance,   // nearest first, from SearchOptions::origin; then what has no exact point
  kTime,       // earliest first day of the period first; then what has no period
  kTitle,      // as people order titles
};

// Where a page ended. Values, not a place in a snapshot: any later snapshot can go on from it. Of
// kRelevance the key holds how much each word weighs, so that all pages weigh alike.
struct PageEnd {
  std::string key;
  std::string name;
};

struct SearchOptions {
  Order order = Order::kTitle;
  std::optional<filter::LatLng> origin = {};
  std::optional<PageEnd> after = {};
  size_t limit = 50;                     // at most kMaxPage
  std::vector<std::string> facets = {};  // of filter::FacetFields()
};
inline constexpr size_t kMaxPage = 1000;
inline constexpr size_t kMaxFacetValues = 100;
// The most different values of a facet that are counted in one segment: the more frequent ones.
inline constexpr size_t kMaxCountedValues = 10'000;
// The most times that a hit is asked for a word: beyond it the rarest words alone rank.
inline constexpr size_t kMaxRankings = 4'000'000;

// INVALID_ARGUMENT for options out of their limits, with paths such as "limit" and "facets[0]".
absl::Status CheckOptions(const SearchOptions& options);

struct Hit {
  Facts facts;
  std::optional<double> distance_meters;  // from the origin, where both are known
  PageEnd position;
};

struct FacetValue {
  std::string value;
  size_t count = 0;
};

struct Facet {
  std::string field;
  std::vector<FacetValue> values;  // most frequent first, at most kMaxFacetValues
  size_t more = 0;                 // values left out
  // There are more than kMaxCountedValues: of the rarer ones `more` and counts may be too low.
  bool cut = false;
};

struct Page {
  std::vector<Hit> hits;
  size_t total = 0;  // matches on all pages
  bool more = false;
  std::vector<Facet> facets;
  bool ranking_cut = false;  // by kMaxRankings
};

struct MapOptions {
  filter::Bounds bounds;
  int zoom = 0;         // of the usual maps on the web, 0 to kMaxZoom
  size_t singles = 50;  // so many hits are shown one by one; at most kMaxPage
};
inline constexpr int kMaxZoom = 22;
// About as many cells in the bounds make them larger than the zoom would.
inline constexpr size_t kMaxMapCells = 2000;
inline constexpr size_t kStrongest = 3;

// INVALID_ARGUMENT for options out of their limits: "bounds.south", "zoom", "singles".
absl::Status CheckOptions(const MapOptions& options);

struct MapCell {
  uint64_t id = 0;               // of S2
  size_t count = 0;              // of its hits, in or beside the bounds
  size_t vague = 0;              // those of them of which only a region or country is known
  filter::LatLng center;         // the middle of its hits
  std::vector<Facts> strongest;  // at most kStrongest, the strongest first
};

struct MapAnswer {
  size_t total = 0;            // hits in the bounds
  std::vector<Facts> singles;  // all of them, by title, where they are few
  // Else the cells in which they lie, each with all its hits: where cells end follows from the zoom
  // and how wide the bounds are alone, so that none changes while a map is moved. By id.
  std::vector<MapCell> cells;
};

struct PartList;

// The Facts of all resources at one moment, findable by predicate. Immutable: safe for use from any
// thread, for as long as somebody holds it. Search() finds what asking Matches() of every resource
// would.
class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const PartList> parts);

  // The error of CheckOptions(), if there is one; INVALID_ARGUMENT for an `after` that is none.
  absl::StatusOr<Page> Search(const Predicate& predicate, const SearchOptions& options) const;
  absl::StatusOr<MapAnswer> Map(const Predicate& predicate, const MapOptions& options) const;

  size_t size() const;
  // Of how many it is made: few when merges keep up with changes.
  size_t segments() const;
  const PartList& parts() const { return *parts_; }

 private:
  const std::shared_ptr<const PartList> parts_;
};

}  // namespace clusterwire::search
