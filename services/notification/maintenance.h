#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "libs/telemetry/metrics.h"
#include "services/notification/ledger/audit.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/resources/subscribers/interests.h"

namespace clusterwire::notification {

// What a running service does for itself every minute: removes what is past its retention from the
// ledger, and adds it up, a bounded part at a time; and has the matcher file anew what has a better
// place by what it learned of changes, of those that are kept to begin with. A ledger that is away
// is tried again the next time.
class LedgerMaintenance {
 public:
  // The arguments by reference outlive it.
  LedgerMaintenance(absl::Duration retention, Ledger& ledger, Audit& audit, Interests& interests,
                    Clock& clock, telemetry::Metrics& metrics);

 private:
  static constexpr absl::Duration kPause = absl::Minutes(1);
  static constexpr int kPurgeBatch = 200;   // records in one transaction
  static constexpr int kPurgeBatches = 50;  // in one round; the rest waits for the next
  static constexpr int kAuditSteps = 20;    // in one round; the rest waits for the next

  static constexpr int kLearnedFrom = 2000;  // records, the latest

  absl::Time Round();
  void Purge();
  void AddUp();
  absl::Status LearnFromKept();

  const absl::Duration retention_;
  Ledger& ledger_;
  Audit& audit_;
  Interests& interests_;
  Clock& clock_;
  telemetry::Counter purged_;
  telemetry::Gauge difference_;
  telemetry::Gauge pending_;
  bool learned_ = false;
  Worker worker_;  // last: its thread uses everything above
};

}  // namespace clusterwire::notification
