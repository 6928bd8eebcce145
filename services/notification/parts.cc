#include "services/notification/parts.h"

#include <string_view>
#include <utility>
#include <vector>

#include "libs/base/status/error.h"
#include "libs/service/open.h"
#include "services/notification/types.h"

namespace clusterwire::notification {
namespace {

// Its health differs from that of the other services.
constexpr char kDeliveryService[] = "clusterwire.notification.v1.DeliveryService";
constexpr absl::Duration kHealthPatience = absl::Seconds(2);

}  // namespace

absl::StatusOr<std::unique_ptr<NotificationParts>> NotificationParts::Open(
    const Settings& settings, const http::AddressGuard& guard, Handles& handles,
    telemetry::Metrics& metrics, Clock& clock, Random& random) {
  std::unique_ptr<NotificationParts> parts(
      new NotificationParts(settings, guard, handles, metrics, clock, random));
  RETURN_IF_ERROR(parts->OpenData());
  parts->StartDelivery();
  parts->StartIngest();
  parts->StartMaintenance();
  parts->SetHandles();
  return parts;
}

absl::Status NotificationParts::OpenData() {
  const service::Settings& common = settings_.common;
  ASSIGN_OR_RETURN(std::string key, service::LoadTokenKey(common.token_key_file, random_));
  tokens_.emplace(std::move(key));
  ASSIGN_OR_RETURN(store_database_,
                   service::OpenDatabase("database.url", common.database, common.database_options));
  ASSIGN_OR_RETURN(ledger_database_,
                   service::OpenDatabase("ledger.url", settings_.ledger, settings_.ledger_options));
  ASSIGN_OR_RETURN(store::Registry registry, MakeRegistry());
  ASSIGN_OR_RETURN(store_, store::Store::Open(*store_database_, std::move(registry), clock_,
                                              random_, StoreOptions()));
  ASSIGN_OR_RETURN(ledger_, Ledger::Open(*ledger_database_));
  ASSIGN_OR_RETURN(interests_, Interests::Load(*store_, clock_, random_));
  subscribers_.emplace(*store_, random_);
  endpoints_.emplace(*store_, random_, guard_);
  subscriptions_.emplace(*store_, random_);
  return absl::OkStatus();
}

void NotificationParts::StartDelivery() {
  client_.emplace(http::Client::Options{.guard = guard_,
                                        .in_flight_limit =
                                            static_cast<size_t>(settings_.delivery.queue.in_flight),
                                        .time_limit = settings_.delivery.try_limit,
                                        .user_agent = "clusterwire-notification",
                                        .ca_file = {}},
                  clock_);
  channels_ = MakeChannels(
      {.client = *client_, .inbox_signal = inbox_signal_, .clock = clock_, .random = random_});
  dispatcher_.emplace(
      settings_.delivery, *ledger_, *interests_, channels_,
      [this](const std::string& endpoint, const std::string& reason) {
        return endpoints_->Disable(endpoint, reason);
      },
      clock_, random_, metrics_);
}

void NotificationParts::StartIngest() {
  const IngestMetrics ingest_metrics(metrics_);
  intake_.emplace(
      Intake::Options(), *ledger_, *interests_, clock_, ingest_metrics,
      [this](Intake::Committed committed) {
        dispatcher_->Offer(std::move(committed.pending), std::move(committed.newest));
      },
      [this] { dispatcher_->Reload(); });
  redrive_.emplace([this](std::string_view name) { return intake_->Redrive(name); });
  ingest_.emplace(Ingest::Options{.client = settings_.common.kafka,
                                  .topic = settings_.common.topic,
                                  .group = settings_.group},
                  *ledger_, *intake_, clock_, random_, ingest_metrics);
}

void NotificationParts::StartMaintenance() {
  diagnosis_.emplace(Diagnosis::Options{.kafka = settings_.common.kafka,
                                        .topic = settings_.common.topic,
                                        .retention = settings_.retention},
                     Diagnosis::Dependencies{.store_database = *store_database_,
                                             .ledger_database = *ledger_database_,
                                             .store = *store_,
                                             .ledger = *ledger_,
                                             .interests = *interests_,
                                             .consumer = [this] { return Consumer(); }});
  watch_metrics_ = WatchMetrics(metrics_, *store_, *interests_, *client_);
  store_maintenance_.emplace(*store_, clock_, random_);
  ledger_maintenance_.emplace(settings_.retention, *ledger_, clock_, metrics_);
  watch_findings_.emplace([this] { return diagnosis_->Run().findings(); },
                          std::set<std::string>{"kafka", "topic", "consumer"}, clock_);
}

void NotificationParts::SetHandles() {
  handles_.tokens.Set(*tokens_);
  handles_.subscribers.Set(*subscribers_);
  handles_.endpoints.Set(*endpoints_);
  handles_.subscriptions.Set(*subscriptions_);
  handles_.ledger.Set(*ledger_);
  handles_.inbox_signal.Set(inbox_signal_);
  handles_.redrive.Set(*redrive_);
  handles_.diagnosis.Set(*diagnosis_);
}

ConsumerReport NotificationParts::Consumer() const {
  return {.lag = ingest_->lag(), .status = ingest_->status()};
}

// Alive isn't enough: what it answers and tells must be up to date, and there must be room to write
// it down. Subscribers can be kept, and inboxes read, while nothing new comes from Kafka.
service::Health NotificationParts::health() const {
  const absl::Status known = interests_->CatchUp(clock_.Now() + kHealthPatience).status();
  const bool data = known.ok() && interests_->status().ok() &&
                    store_database_->CheckWritable().ok() && ledger_database_->CheckWritable().ok();
  return {.ready = data && watch_findings_->settled(),
          .services = data,
          .exceptions = {{kDeliveryService, data && ingest_->status().ok()}}};
}

}  // namespace clusterwire::notification
