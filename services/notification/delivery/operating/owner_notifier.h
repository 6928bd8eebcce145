#pragma once

#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "services/notification/channels/channels.h"
#include "services/notification/ledger/inbox/inbox.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/resources/subscribers/interests.h"

namespace clusterwire::notification {

// Tells the owners of endpoints that were switched off, in the inboxes of their subscribers: once
// for each time, however often the process is killed between the two; and by mail at once, where
// they have a confirmed address. What happened before `retention` isn't told any more. Safe for use
// from any thread.
class OwnerNotifier {
 public:
  // The arguments by reference outlive it.
  OwnerNotifier(absl::Duration retention, Ledger& ledger, Interests& interests, InboxSignal& signal,
                const Channels& channels, Clock& clock, Random& random);

  // One was just switched off; else it is looked once a minute.
  void Wake() { worker_.Wake(); }

 private:
  static constexpr absl::Duration kPause = absl::Minutes(1);

  absl::StatusOr<absl::Time> Step();
  absl::Status Tell(const v1::Endpoint& endpoint);
  void TellElsewhere(const v1::Endpoint& endpoint, const v1::Subscriber& owner);

  const absl::Duration retention_;
  Ledger& ledger_;
  Interests& interests_;
  InboxSignal& signal_;
  const Channels& channels_;
  Clock& clock_;
  std::set<std::string> told_;  // ids of what is off now
  Worker worker_;               // last: its thread uses everything above
};

}  // namespace clusterwire::notification
