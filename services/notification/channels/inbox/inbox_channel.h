#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
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
  // Answers what is queued with Wait.
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
  absl::Time Step();
  std::vector<Entry> Take(size_t most);
  absl::Status Insert(const std::vector<Entry>& entries);
  void Finish(const std::vector<Entry>& entries, const absl::Status& status);

  Ledger& ledger_;
  InboxSignal& signal_;
  Clock& clock_;
  Mutex mutex_;
  std::deque<Entry> queue_ ABSL_GUARDED_BY(mutex_);
  Worker worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::notification
