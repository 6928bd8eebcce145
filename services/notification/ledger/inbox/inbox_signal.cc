#include "services/notification/ledger/inbox/inbox_signal.h"

#include <utility>

namespace clusterwire::notification {

InboxSignal::Waiter::Waiter(InboxSignal& signal, std::string_view subscriber,
                            std::function<void()> wake)
    : signal_(signal), subscriber_(subscriber) {
  MutexLock lock(signal_.mutex_);
  id_ = ++signal_.last_id_;
  signal_.waiting_[subscriber_].emplace(id_, std::move(wake));
}

InboxSignal::Waiter::~Waiter() {
  MutexLock lock(signal_.mutex_);
  const auto found = signal_.waiting_.find(subscriber_);
  found->second.erase(id_);
  if (found->second.empty()) signal_.waiting_.erase(found);
}

void InboxSignal::Notify(std::string_view subscriber) {
  MutexLock lock(mutex_);
  const auto found = waiting_.find(subscriber);
  if (found == waiting_.end()) return;
  for (const auto& [id, wake] : found->second) wake();
}

}  // namespace clusterwire::notification
