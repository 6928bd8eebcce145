#pragma once

#include "absl/time/time.h"

#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/telemetry/metrics.h"
#include "services/notification/ledger/ledger.h"

namespace clusterwire::notification {

// What a running service does for itself every minute: removes what is past its retention from the
// ledger, and adds it up. A ledger that is away is tried again the next time.
class LedgerMaintenance {
 public:
  // The arguments by reference outlive it.
  LedgerMaintenance(absl::Duration retention, Ledger& ledger, Clock& clock,
                    telemetry::Metrics& metrics);

 private:
  static constexpr absl::Duration kPause = absl::Minutes(1);
  static constexpr int kPurgeBatch = 200;   // records in one transaction
  static constexpr int kPurgeBatches = 50;  // in one round; the rest waits for the next

  absl::Time Round();
  void Purge();

  const absl::Duration retention_;
  Ledger& ledger_;
  Clock& clock_;
  telemetry::Counter purged_;
  telemetry::Gauge difference_;
  telemetry::Gauge pending_;
  Worker worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::notification
