#pragma once

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/base/random.h"
#include "libs/base/time/clock.h"
#include "libs/http/address_guard.h"
#include "libs/http/client.h"
#include "libs/rpc/token/token.h"
#include "libs/service/findings.h"
#include "libs/service/server.h"
#include "libs/sql/database.h"
#include "libs/store/maintenance.h"
#include "libs/store/store.h"
#include "libs/telemetry/metrics.h"
#include "services/notification/channels/channels.h"
#include "services/notification/delivery/dispatcher.h"
#include "services/notification/ingest/ingest.h"
#include "services/notification/ingest/intake.h"
#include "services/notification/ledger/inbox/inbox.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/maintenance.h"
#include "services/notification/operations/diagnosis.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"
#include "services/notification/resources/subscribers/interests.h"
#include "services/notification/resources/subscribers/subscriber_rules.h"
#include "services/notification/resources/subscribers/subscription_rules.h"
#include "services/notification/services.h"
#include "services/notification/settings.h"
#include "services/notification/watch_metrics.h"

namespace clusterwire::notification {

// All that the notification service consists of, in the order in which the parts depend on each
// other, so that destruction takes them apart in the reverse one: the consumer leaves its group,
// what is under way to receivers is waited for and recorded (for the grace of the configuration at
// most), the databases close. Those that may fail to start are pointers.
class NotificationParts final : public service::Parts {
 public:
  // Migrates the tables and reads the subscriptions; at last sets `handles`. Kafka may be away: it
  // is tried again. The arguments outlive the parts.
  static absl::StatusOr<std::unique_ptr<NotificationParts>> Open(const Settings& settings,
                                                                 const http::AddressGuard& guard,
                                                                 Handles& handles,
                                                                 telemetry::Metrics& metrics,
                                                                 Clock& clock, Random& random);

  service::Health health() const override;

 private:
  NotificationParts(const Settings& settings, const http::AddressGuard& guard, Handles& handles,
                    telemetry::Metrics& metrics, Clock& clock, Random& random)
      : settings_(settings),
        guard_(guard),
        handles_(handles),
        metrics_(metrics),
        clock_(clock),
        random_(random) {}

  absl::Status OpenData();
  void StartDelivery();
  void StartIngest();
  void StartMaintenance();
  void SetHandles();
  ConsumerReport Consumer() const;

  const Settings& settings_;
  const http::AddressGuard& guard_;
  Handles& handles_;
  telemetry::Metrics& metrics_;
  Clock& clock_;
  Random& random_;

  // Data.
  std::optional<rpc::TokenSigner> tokens_;
  std::unique_ptr<sql::Database> store_database_;
  std::unique_ptr<sql::Database> ledger_database_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Interests> interests_;
  InboxSignal inbox_signal_;
  std::optional<Subscribers> subscribers_;
  std::optional<Endpoints> endpoints_;
  std::optional<Subscriptions> subscriptions_;

  // Out: from the ledger to receivers.
  std::optional<http::Client> client_;
  Channels channels_;
  std::optional<Dispatcher> dispatcher_;

  // In: from Kafka to the ledger.
  std::optional<Intake> intake_;
  std::optional<const Redrive> redrive_;
  std::optional<Ingest> ingest_;

  // What looks at them, and after them.
  std::optional<Diagnosis> diagnosis_;
  telemetry::Metrics::Collector watch_metrics_;
  std::optional<store::Maintenance> store_maintenance_;
  std::optional<LedgerMaintenance> ledger_maintenance_;
  std::optional<service::WatchFindings> watch_findings_;
};

}  // namespace clusterwire::notification
