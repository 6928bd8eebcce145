#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/base/threads/mutex.h"

namespace clusterwire::notification {

namespace v1 {
class Hold;
}

// What of the ledger every look at a delivery needs in memory, beside who wants it: what operators
// hold, and at which endpoints notices are missing. Kept up to date by those who write it there.
// Safe for use from any thread.
class DeliveryNotes {
 public:
  using Holds = std::vector<std::shared_ptr<const v1::Hold>>;

  void SetHolds(Holds holds) {
    auto next = std::make_shared<const Holds>(std::move(holds));
    MutexLock lock(mutex_);
    holds_ = std::move(next);
  }
  std::shared_ptr<const Holds> holds() const {
    MutexLock lock(mutex_);
    return holds_;
  }

  void SetGaps(std::set<std::string, std::less<>> endpoints) {
    MutexLock lock(mutex_);
    gaps_ = std::move(endpoints);
  }
  void AddGap(const std::string& endpoint) {
    MutexLock lock(mutex_);
    gaps_.insert(endpoint);
  }
  // Whether notices may be missing there that its next one should speak of.
  bool MayHaveGap(std::string_view endpoint) const {
    MutexLock lock(mutex_);
    return gaps_.contains(endpoint);
  }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const Holds> holds_ ABSL_GUARDED_BY(mutex_) = std::make_shared<const Holds>();
  std::set<std::string, std::less<>> gaps_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::notification
