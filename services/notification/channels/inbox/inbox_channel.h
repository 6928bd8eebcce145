#pragma once

#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "libs/base/time/clock.h"
#include "libs/base/threads/mutex.h"
#include "services/notification/channels/channel.h"
#include "services/notification/ledger/inbox_signal.h"
#include "services/notification/ledger/ledger.h"

namespace clusterwire::notification {

// Puts notices into inboxes: many in one transaction, on a thread of its own, in the order in which
// they came. An item is there once for its delivery, so a repeated try does no harm.
class InboxChannel final : public Channel {
 public:
  static constexpr size_t kBatch = 200;          // items in one transaction
  static constexpr size_t kQueueLimit = 10'000;  // beyond it a try is refused and comes again

  // The arguments outlive the channel.
  InboxChannel(Ledger& ledger, InboxSignal& signal, Clock& clock);
  // Answers what is queued with Wait, then joins.
  ~InboxChannel() override;
  InboxChannel(const InboxChannel&) = delete;
  InboxChannel& operator=(const InboxChannel&) = delete;

  absl::StatusOr<Rendered> Render(const Job& job) const override;
  void Send(std::shared_ptr<const Job> job, Rendered rendered, absl::Time deadline,
            Callback done) override;

 private:
  struct Entry {
    std::shared_ptr<const Job> job;
    Rendered rendered;
    Callback done;
  };
  void Run();
  std::vector<Entry> Take();
  bool Stopping();
  absl::Status Insert(const std::vector<Entry>& entries);
  void Finish(const std::vector<Entry>& entries, const absl::Status& status);

  Ledger& ledger_;
  InboxSignal& signal_;
  Clock& clock_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Entry> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses everything above
};

}  // namespace clusterwire::notification
