#include "libs/store/maintenance.h"

#include "libs/base/status/error.h"
#include "libs/base/threads/worker.h"

namespace clusterwire::store {

Maintenance::Maintenance(Store& store, Clock& clock, Random& random, Options options)
    : store_(store),
      clock_(clock),
      options_(options),
      next_compaction_(clock.Now()),
      worker_(clock, random, [this] { return Round(); }) {}

absl::StatusOr<absl::Time> Maintenance::Round() {
  for (bool more = true; more && !worker_.stopping();) {
    ASSIGN_OR_RETURN(more, store_.Refresh());
  }
  const absl::Time now = clock_.Now();
  if (now < next_compaction_) return now + options_.refresh_every;
  for (bool more = true; more && !worker_.stopping();) {
    ASSIGN_OR_RETURN(more, store_.Compact(now - options_.keep_log));
  }
  next_compaction_ = now + options_.compact_every;
  return now + options_.refresh_every;
}

}  // namespace clusterwire::store
