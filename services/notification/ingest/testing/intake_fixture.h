#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/sql/testing/faulty_database.h"
#include "libs/telemetry/metrics.h"
#include "services/notification/ingest/intake.h"
#include "services/notification/ledger/testing/rows.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {

// An intake over a real store of subscriptions and a ledger on each kind of database, which can be
// made to fail.
class IntakeFixture : public LedgerTest {
 protected:
  explicit IntakeFixture(Intake::Options options = {});

  // A subscription of subscriber x to clusters in `state` ("": any), told of `kinds` (none: any).
  void Subscribe(const std::string& id, const std::string& state,
                 const std::vector<std::string>& kinds = {});
  absl::Status Take(const std::vector<kafka::ReceivedMessage>& messages);
  v1::GetBalanceResponse AddUp();
  // Names of subscriptions and reasons: "a: pending", "b: superseded"; sorted.
  std::vector<std::string> StatesFor(const change::v1::ResourceChanged& change);

  TestStore store_;
  sql::FaultyDatabase faulty_{*database_};
  std::unique_ptr<Ledger> faulty_ledger_;
  telemetry::Metrics metrics_;
  std::vector<PendingDelivery> offered_;
  std::vector<std::shared_ptr<const KeptRecord>> newest_;
  int reloads_ = 0;
  int reloads_before_last_offer_ = 0;
  // Empty: nothing is handed over at once, unless a test puts a channel there.
  Channels channels_;
  AtOnce at_once_{*store_.interests, channels_, store_.clock, metrics_};
  std::unique_ptr<Intake> intake_;
};

}  // namespace clusterwire::notification
