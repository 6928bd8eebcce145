#pragma once

#include <deque>

#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"

namespace clusterwire::sql {

// Lets the writers of one SQLite file in one after the other, in the order they came. SQLite alone
// would let the waiting ones sleep and look again, and under steady writing some would never get
// in. Safe for use from any thread.
class WriteGate {
 public:
  // False when `limit` passed first.
  bool Enter(absl::Duration limit);
  void Leave();

 private:
  struct Waiter {
    bool entered = false;
    CondVar changed;
  };

  Mutex mutex_;
  bool inside_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<Waiter*> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::sql
