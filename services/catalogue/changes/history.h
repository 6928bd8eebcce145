#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/change/v1/resource_changed.pb.h"

#include "libs/filter/predicate.h"
#include "libs/store/store.h"

namespace clusterwire::catalogue {

// What is asked of the log.
struct HistoryQuery {
  filter::Viewer viewer;
  type::v1::Filter filter;         // matches before or after
  std::vector<std::string> kinds;  // empty: all
  absl::Time start = absl::InfinitePast();
  absl::Time end = absl::InfiniteFuture();
  bool latest_per_resource = false;
  store::Position after;  // zero: from where the log begins
  std::string history;    // that `after` belongs to; empty: whichever it is
  int limit = 50;
  size_t bytes = SIZE_MAX;  // a page ends before it holds more, or with its first change
  FieldErrors errors = {};  // what is known to be wrong with the request already
};

// Reads the log as its readers see it: oldest first, each change cut to what the viewer may see.
// Safe for use from any thread. `store` outlives it.
class History {
 public:
  // Changes looked at for one page, later ones of the same resources too, where the latest are
  // asked for. A page may hold fewer than asked for, or none, and still not be the last.
  static constexpr int kScanLimit = 20'000;

  explicit History(store::Store& store, int scan_limit = kScanLimit)
      : store_(store), scan_limit_(scan_limit) {}

  struct Page {
    std::vector<change::v1::ResourceChanged> changes;
    std::vector<std::string> actors;      // of each; empty where the viewer may not know
    std::optional<store::Position> next;  // `after` of the next page; none on the last
    store::Revision through;              // what stands in the log up to it has been looked at
    std::string history;                  // that the store is in
  };
  // INVALID_ARGUMENT names the fields "filter" and "kinds[…]"; OUT_OF_RANGE, reason
  // REVISION_COMPACTED, when the log after `after` is no longer whole, HISTORY_CHANGED when the
  // store is in another history than the query's.
  absl::StatusOr<Page> List(const HistoryQuery& query) const;

 private:
  store::Store& store_;
  const int scan_limit_;
};

}  // namespace clusterwire::catalogue
