#include "libs/identity/skew.h"

#include <algorithm>

namespace clusterwire::identity {
namespace {

constexpr absl::Duration kKept = absl::Hours(1);
// Times in tokens are cut to whole seconds, and the token took its way.
constexpr absl::Duration kNothing = absl::Seconds(2);
// A client that comes later than that doesn't renew its tokens, and no clock is wrong.
constexpr absl::Duration kSoon = absl::Minutes(5);

}  // namespace

void Skew::Note(const Claims& claims, absl::Time now) {
  const absl::Duration early = claims.issued - now;
  const absl::Duration late = now - claims.expiry - kSkew;
  const bool is_early = early > kNothing;
  const bool is_late = late >= absl::ZeroDuration() && late < kSoon;
  if (!is_early && !is_late) return;
  MutexLock lock(mutex_);
  if (now - last_ > kKept) seen_ = {};
  last_ = now;
  if (is_early) {
    ++seen_.early;
    seen_.early_by = std::max(seen_.early_by, early);
  } else {
    ++seen_.late;
    seen_.late_by = std::max(seen_.late_by, now - claims.expiry);
  }
}

Skew::Report Skew::report(absl::Time now) const {
  MutexLock lock(mutex_);
  return now - last_ > kKept ? Report() : seen_;
}

}  // namespace clusterwire::identity
