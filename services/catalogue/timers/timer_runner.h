#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"

#include "libs/base/random.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/store/store.h"
#include "libs/telemetry/metrics.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {

// Turns due moments into ordinary writes: a label that ends expires, then lapses; a membership
// begins and ends; people are reminded of what ends soon. In a thread of its own. A crash between a
// write and the dropping of its timer can't happen: they are one transaction. With several
// processes each may try; the second finds nothing to change.
class TimerRunner {
 public:
  // A step for each type that has timers. All by reference outlive it.
  using Steps = std::map<std::string, FireTimer, std::less<>>;
  TimerRunner(store::Store& store, Steps steps, Clock& clock, Random& random,
              telemetry::Metrics& metrics);

  // Fires all that is due now: each step of state in order, and of the reminders of one deadline
  // the newest (common/reminders.h). Called once before the service says that it is ready, so that
  // no caller reads a state that time has passed by; then by the thread. A step that is refused
  // holds up its own resource alone and is the error that this returns.
  absl::Status CatchUp();

  // Why it doesn't get on; OK while it does.
  absl::Status status() const { return worker_.status(); }

 private:
  absl::StatusOr<absl::Time> Step();
  absl::Status Fire(const store::DueTimer& due);

  store::Store& store_;
  const Steps steps_;
  Clock& clock_;
  telemetry::Counter fired_;
  Worker worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::catalogue
