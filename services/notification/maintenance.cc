#include "services/notification/maintenance.h"

#include "libs/base/status/error.h"
#include "libs/telemetry/log.h"
#include "services/notification/ledger/addresses/suppressions.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/ledger/calendar/invitations.h"
#include "services/notification/ledger/deliveries/bundles.h"
#include "services/notification/ledger/deliveries/given_up.h"
#include "services/notification/ledger/deliveries/troubles.h"
#include "services/notification/ledger/inbox/owner_notices.h"
#include "services/notification/ledger/records/record_list.h"
#include "services/notification/ledger/records/records.h"

namespace clusterwire::notification {
namespace {

// The windows of digests, so that none is closed twice; longer than the longest of them.
constexpr absl::Duration kWindowsKept = absl::Hours(24 * 30);

}  // namespace

LedgerMaintenance::LedgerMaintenance(absl::Duration retention, Ledger& ledger, Audit& audit,
                                     Interests& interests, Clock& clock,
                                     telemetry::Metrics& metrics)
    : retention_(retention),
      ledger_(ledger),
      audit_(audit),
      interests_(interests),
      clock_(clock),
      purged_(metrics.GetCounter("clusterwire_ledger_purged_records_total",
                                 "Records removed, with all that hung on them, after their "
                                 "retention")),
      difference_(metrics.GetGauge("clusterwire_ledger_balance_difference",
                                   "matched - delivered - pending - suppressed - dead; must be 0")),
      pending_(metrics.GetGauge("clusterwire_ledger_pending_deliveries",
                                "Deliveries to be handed over")),
      worker_(clock, Random::System(), [this] { return Round(); }) {}

absl::Time LedgerMaintenance::Round() {
  if (!learned_) {
    const absl::Status learned = LearnFromKept();
    if (!learned.ok()) telemetry::LogWarning("nothing learned", {{"error", learned}});
    learned_ = learned.ok();
  }
  interests_.Refile(worker_.stop_token());
  Purge();
  AddUp();
  const auto pending =
      ledger_.Read([](sql::Connection& connection) { return Balance(connection).Pending(); });
  if (pending.ok()) pending_.Set(static_cast<double>(*pending));
  return clock_.Now() + kPause;
}

absl::Status LedgerMaintenance::LearnFromKept() {
  constexpr int kPage = 100;
  RecordQuery query{.limit = kPage};
  for (int seen = 0; seen < kLearnedFrom && !worker_.stop_token().stop_requested(); seen += kPage) {
    ASSIGN_OR_RETURN(const RecordPage page, ledger_.Read([&](sql::Connection& connection) {
      return ListRecords(connection, query);
    }));
    for (const SeenRecord& kept : page.records) interests_.Learn(kept.record.change);
    if (!page.next) break;
    query.after = page.next;
  }
  return absl::OkStatus();
}

void LedgerMaintenance::AddUp() {
  for (int step = 0; step < kAuditSteps; ++step) {
    const absl::StatusOr<bool> last = audit_.Step();
    if (!last.ok()) {
      telemetry::LogWarning("ledger not added up", {{"error", last.status()}});
      return;
    }
    if (!*last) continue;
    difference_.Set(static_cast<double>(audit_.result()->difference()));
    return;
  }
}

void LedgerMaintenance::Purge() {
  const absl::Status forgotten = ledger_.Write([this](sql::Connection& connection) -> absl::Status {
    const absl::Time horizon = clock_.Now() - retention_;
    RETURN_IF_ERROR(Suppressions(connection).RemoveOld(clock_.Now()));
    RETURN_IF_ERROR(OwnerNotices(connection).RemoveOld(horizon));
    RETURN_IF_ERROR(GivenUp(connection).RemoveOld());
    RETURN_IF_ERROR(Bundles(connection).RemoveOld(std::min(horizon, clock_.Now() - kWindowsKept)));
    RETURN_IF_ERROR(Invitations(connection).Purge(horizon, kPurgeBatch).status());
    return Troubles(connection).RemoveOld(horizon);
  });
  if (!forgotten.ok()) telemetry::LogWarning("ledger not purged", {{"error", forgotten}});
  for (int batch = 0; batch < kPurgeBatches; ++batch) {
    const auto removed = ledger_.Write([this](sql::Connection& connection) {
      return Records(connection).Purge(clock_.Now() - retention_, kPurgeBatch);
    });
    if (!removed.ok()) {
      telemetry::LogWarning("ledger not purged", {{"error", removed.status()}});
      return;
    }
    if (*removed == 0) return;
    purged_.Add(static_cast<double>(*removed));
  }
}

}  // namespace clusterwire::notification
