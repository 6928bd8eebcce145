#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/base/threads/mutex.h"
#include "libs/filter/predicate.h"

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
struct PageEnd {
  std::string key;
  std::string name;
};

struct SearchOptions {
  // Folded and split as Filter.words; resources without any rank the same.
  std::string ranking_words = {};
  Order order = Order::kTitle;
  bool descending = false;  // turns the order around; what has no value stays last
  std::optional<filter::LatLng> origin = {};
  std::optional<PageEnd> after = {};
  size_t limit = 50;                     // at most kMaxPage
  std::vector<std::string> facets = {};  // of filter::FacetFields()
};
inline constexpr size_t kMaxPage = 1000;
inline constexpr size_t kMaxFacetValues = 100;
inline constexpr size_t kMaxRankingWords = 20;

// INVALID_ARGUMENT for options out of their limits, with paths such as "limit" and "facets[0]".
absl::Status CheckOptions(const SearchOptions& options);

struct Hit {
  const Facts* facts;                     // lives as long as the snapshot
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
};

struct Page {
  std::vector<Hit> hits;
  size_t total = 0;  // matches on all pages
  bool more = false;
  std::vector<Facet> facets;
};

// Resources changed since the index was built, which are asked one by one. Beyond it With() builds
// the index anew, on the caller's thread.
inline constexpr size_t kOverlayLimit = 512;

// The Facts of all resources at one moment, findable by predicate. Immutable: safe for use from any
// thread, for as long as somebody holds it. Search() finds what asking Matches() of every resource
// would.
class Snapshot {
 public:
  static std::shared_ptr<const Snapshot> Empty(size_t overlay_limit = kOverlayLimit);

  // This snapshot with the updates made, in their order; shares what did not change.
  std::shared_ptr<const Snapshot> With(std::span<const FactsUpdate> updates) const;

  // The error of CheckOptions(), if there is one.
  absl::StatusOr<Page> Search(const Predicate& predicate, const SearchOptions& options) const;

  size_t size() const;

 private:
  struct Layers;
  explicit Snapshot(std::shared_ptr<const Layers> layers);
  std::shared_ptr<const Layers> layers_;
};

// A snapshot and the revision of the store that it shows.
struct Published {
  int64_t revision = 0;
  std::shared_ptr<const Snapshot> snapshot;
};

// The newest snapshot. One applier thread calls Apply(); any thread reads. The lock is held for the
// copy of a pointer, never while a snapshot is built or searched. (GCC 12's std::atomic<shared_ptr>
// would be a lock too, and one whose load() releases it without ordering: the thread sanitizer
// reports a race.) Nothing is kept on disk: after a start the applier reads everything once and
// goes on from that revision.
class Index {
 public:
  // `published` is told each revision once it can be read, on the applier's thread.
  explicit Index(std::function<void(int64_t)> published = nullptr,
                 size_t overlay_limit = kOverlayLimit);
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  // Take it once for a call, so that the whole answer is of one revision.
  std::shared_ptr<const Published> Current() const;

  // Publishes `updates` as `revision`, which is not below the one before. For the applier alone.
  void Apply(int64_t revision, std::span<const FactsUpdate> updates);

 private:
  const std::function<void(int64_t)> on_published_;
  mutable Mutex mutex_;
  std::shared_ptr<const Published> published_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::search
