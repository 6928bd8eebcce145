#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/base/time/clock.h"
#include "libs/telemetry/metrics.h"
#include "services/notification/channels/channels.h"
#include "services/notification/delivery/metrics.h"
#include "services/notification/ledger/ledger.h"

namespace clusterwire::notification {

// Hands over what needs no receiver, inbox items, in the transaction that matched it: a change that
// tens of thousands hear of is written once, and not matched, read back, sent and recorded. The
// gates are asked as before any try. What one of them holds, and what stands behind something that
// is held in the same inbox, stays pending: the dispatcher does it. Safe for use from any thread.
class AtOnce {
 public:
  // The arguments outlive it.
  AtOnce(const Interests& interests, const Channels& channels, Clock& clock,
         telemetry::Metrics& metrics)
      : interests_(interests), channels_(channels), clock_(clock), metrics_(metrics) {}

  // What one transaction hands over, and drops.
  struct Done {
    JobList jobs = {};
    std::vector<PendingDelivery> dropped = {};
  };

  // Inserts what isn't to be pending of these matched `deliveries`, and adds it to `done`; gives
  // the others. `record` is theirs, and the newest of its resource.
  absl::StatusOr<std::vector<PendingDelivery>> Insert(sql::Connection& connection,
                                                      std::shared_ptr<const KeptRecord> record,
                                                      std::vector<PendingDelivery> deliveries,
                                                      Done* done) const;
  // At the end of the transaction, once: writes what the channels make of it.
  absl::Status Write(sql::Connection& connection, const Done& done) const;
  // After the commit.
  void Written(const Done& done);

 private:
  // Null for an endpoint with a receiver, or unknown.
  Channel* ChannelOf(const std::string& endpoint) const;

  const Interests& interests_;
  const Channels& channels_;
  Clock& clock_;
  DeliveryMetrics metrics_;
};

}  // namespace clusterwire::notification
