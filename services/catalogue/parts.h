#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/base/time/clock.h"
#include "libs/base/random.h"
#include "libs/rpc/token/token.h"
#include "libs/search/index.h"
#include "libs/service/findings.h"
#include "libs/service/front.h"
#include "libs/service/host.h"
#include "libs/sql/database.h"
#include "libs/store/store.h"
#include "libs/store/maintenance.h"
#include "libs/telemetry/metrics.h"
#include "services/catalogue/changes/history.h"
#include "services/catalogue/changes/relay.h"
#include "services/catalogue/operations/diagnosis.h"
#include "services/catalogue/search/applier.h"
#include "services/catalogue/settings.h"
#include "services/catalogue/timers/timer_runner.h"
#include "services/catalogue/watch_metrics.h"

namespace clusterwire::catalogue {

// What the catalogue says of itself: its gRPC services and its names for health.
service::Host::Description Describe();

// All that the catalogue consists of, in the order in which the parts depend on each other, so that
// destruction takes them apart in the reverse one: readers of the log stop, then the database
// closes. Those that may fail to start are pointers.
class CatalogueParts final : public service::Parts {
 public:
  // Migrates the tables, reads all Facts into the search index and lets the clock catch up. Kafka
  // may be away: writes go on and are sent later. The arguments outlive the parts.
  static absl::StatusOr<std::unique_ptr<CatalogueParts>> Open(const Settings& settings,
                                                              service::Front& front,
                                                              telemetry::Metrics& metrics,
                                                              Clock& clock, Random& random);

  rpc::Services MakeServices() override;
  service::Front::Health Health() const override;

 private:
  CatalogueParts(const Settings& settings, service::Front& front, telemetry::Metrics& metrics,
                 Clock& clock, Random& random)
      : settings_(settings), front_(front), metrics_(metrics), clock_(clock), random_(random) {}

  absl::Status OpenData();
  absl::Status StartReaders();
  void LookAfter();

  const Settings& settings_;
  service::Front& front_;
  telemetry::Metrics& metrics_;
  Clock& clock_;
  Random& random_;

  // Data.
  std::optional<rpc::TokenSigner> tokens_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<store::Store> store_;

  // Readers of the log, and the clock that writes.
  std::optional<search::Index> index_;
  std::unique_ptr<SearchApplier> applier_;
  std::optional<TimerRunner> timers_;
  std::optional<Relay> relay_;
  std::optional<store::Maintenance> maintenance_;
  std::optional<History> history_;

  // What looks at them.
  std::optional<Diagnosis> diagnosis_;
  std::optional<WatchMetrics> watch_metrics_;
  std::optional<service::WatchFindings> watch_findings_;
};

}  // namespace clusterwire::catalogue
