#include "libs/base/testing/eventually.h"

#include "absl/time/clock.h"

#include "libs/base/time/clock.h"

namespace clusterwire {

bool Eventually(const std::function<bool()>& condition) {
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  Wakeup never;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    never.WaitFor(absl::Milliseconds(5));
  }
  return true;
}

}  // namespace clusterwire
