#pragma once

#include <cstdint>

#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"
#include "libs/identity/token.h"

namespace clusterwire::identity {

// What believed tokens of one issuer tell of its clock against ours. Safe for use from any thread.
class Skew {
 public:
  // Until an hour has passed in which there was nothing of the kind.
  struct Report {
    int64_t early = 0;             // tokens that come from the future
    absl::Duration early_by = {};  // at most
    int64_t late = 0;              // refused soon after their end
    absl::Duration late_by = {};   // at most
  };

  // Takes in a token whose signature was right.
  void Note(const Claims& claims, absl::Time now);
  Report report(absl::Time now) const;

 private:
  mutable Mutex mutex_;
  Report seen_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();  // when something was noted
};

}  // namespace clusterwire::identity
