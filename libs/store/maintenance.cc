#include "libs/store/maintenance.h"

#include "libs/base/status/error.h"
#include "libs/base/threads/worker.h"

namespace clusterwire::store {
namespace {

constexpr absl::Duration kKeepLog = absl::Hours(24 * 90);  // how far back the log stays whole
constexpr absl::Duration kRefreshEvery = absl::Seconds(1);
constexpr absl::Duration kCompactEvery = absl::Hours(1);

}  // namespace

Maintenance::Maintenance(Store& store, Clock& clock, Random& random)
    : store_(store),
      clock_(clock),
      next_compaction_(clock.Now()),
      worker_(clock, random, [this] { return Round(); }) {}

absl::StatusOr<absl::Time> Maintenance::Round() {
  ASSIGN_OR_RETURN(bool more, store_.Refresh());
  const absl::Time now = clock_.Now();
  if (!more && now >= next_compaction_) {
    ASSIGN_OR_RETURN(more, store_.Compact(now - kKeepLog));
    if (!more) next_compaction_ = now + kCompactEvery;
  }
  return more ? absl::InfinitePast() : now + kRefreshEvery;
}

}  // namespace clusterwire::store
