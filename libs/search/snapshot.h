#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/filter/predicate.h"
#include "libs/filter/terms/terms.h"

namespace clusterwire::search {

using filter::Facts;
using filter::Predicate;

// The Facts of a resource from now on; none when it is gone.
struct FactsUpdate {
  std::string name;
  std::optional<Facts> facts;
};

enum class Order {
  kRelevance,  // best first, by SearchOptions::ranking_words
  kDistance,   // nearest first, from SearchOptions::origin; then what has no exact point
  kTime,       // earliest first day of the period first; then what has no period
  kTitle,      // as people order titles
};

// Where a page ended. Values, not a place in a snapshot: any later snapshot can go on from it.
struct Position {
  std::string key;
  std::string name;
};

struct SearchOptions {
  std::string ranking_words =
      {};  // folded and split as Filter.words; those without any rank the same
  Order order = Order::kTitle;
  bool descending = false;  // turns the order around; what has no value stays last
  std::optional<filter::LatLng> origin = {};
  std::optional<Position> after = {};
  size_t limit = 50;                     // at most kMaxPage
  std::vector<std::string> facets = {};  // of filter::FacetFields()
};
inline constexpr size_t kMaxPage = 1000;
inline constexpr size_t kMaxFacetValues = 100;
inline constexpr size_t kMaxRankingWords = 20;

struct Hit {
  const Facts* facts;                     // lives as long as the snapshot
  std::optional<double> distance_meters;  // from the origin, where both are known
  Position position;
};

struct FacetValue {
  std::string value;
  size_t count = 0;
};

struct Facet {
  std::string field;
  std::vector<FacetValue> values;  // most frequent first, at most kMaxFacetValues
  size_t more = 0;                 // values left out
};

struct Page {
  std::vector<Hit> hits;
  size_t total = 0;  // matches on all pages
  bool more = false;
  std::vector<Facet> facets;
};

struct SnapshotOptions {
  // Resources changed since the index was built, which are asked one by one. Beyond it With()
  // builds the index anew, on the caller's thread.
  size_t overlay_limit = 512;
};

// The Facts of all resources at one moment, findable by predicate. Immutable: safe for use from any
// thread, for as long as somebody holds it. Search() finds what asking Matches() of every resource
// would.
class Snapshot {
 public:
  static std::shared_ptr<const Snapshot> Empty(SnapshotOptions options = {});

  // This snapshot with the updates made, in their order; shares what did not change.
  std::shared_ptr<const Snapshot> With(std::span<const FactsUpdate> updates) const;

  // INVALID_ARGUMENT for options out of their limits, with paths such as "limit" and "facets[0]".
  absl::StatusOr<Page> Search(const Predicate& predicate, const SearchOptions& options) const;

  size_t size() const;

 private:
  struct Parts;
  explicit Snapshot(std::shared_ptr<const Parts> parts);
  std::shared_ptr<const Parts> parts_;
};

}  // namespace clusterwire::search
