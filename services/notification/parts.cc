#include "services/notification/parts.h"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/base/status/status_macros.h"
#include "libs/service/database.h"
#include "libs/service/token_key.h"
#include "services/notification/services.h"
#include "services/notification/types.h"

namespace clusterwire::notification {
namespace {

constexpr char kDeliveryService[] = "clusterwire.notification.v1.DeliveryService";
constexpr char kOperationsService[] = "clusterwire.notification.v1.OperationsService";
constexpr std::array<const char*, 5> kServices = {
    "clusterwire.notification.v1.SubscriberService",
    "clusterwire.notification.v1.SubscriptionService",
    kDeliveryService,
    "clusterwire.notification.v1.InboxService",
    kOperationsService,
};
constexpr char kLive[] = "clusterwire.notification.live";
constexpr char kReady[] = "clusterwire.notification.ready";
constexpr absl::Duration kHealthPatience = absl::Seconds(2);

}  // namespace

service::Host::Description Describe() {
  return {.live = kLive,
          .ready = kReady,
          .services = {kServices.begin(), kServices.end()},
          .operations = kOperationsService};
}

absl::StatusOr<std::unique_ptr<NotificationParts>> NotificationParts::Open(
    const Settings& settings, const http::AddressGuard& guard, service::Front& front,
    telemetry::Metrics& metrics, Clock& clock, Random& random) {
  std::unique_ptr<NotificationParts> parts(
      new NotificationParts(settings, guard, front, metrics, clock, random));
  RETURN_IF_ERROR(parts->OpenData());
  parts->StartDelivery();
  parts->StartIngest();
  parts->LookAfter();
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
                                        .in_flight_limit = static_cast<size_t>(
                                            settings_.delivery.agenda.in_flight),
                                        .time_limit = settings_.delivery.try_limit,
                                        .user_agent = "clusterwire-notification",
                                        .ca_file = {}},
                  clock_);
  webhooks_.emplace(*client_, clock_, random_);
  inboxes_.emplace(*ledger_, inbox_signal_, clock_);
  dispatcher_.emplace(
      settings_.delivery, *ledger_, *interests_,
      Dispatcher::Channels{.webhook = *webhooks_, .inbox = *inboxes_},
      [this](const std::string& endpoint, const std::string& reason) {
        return endpoints_->Disable(endpoint, reason);
      },
      clock_, random_, metrics_);
}

void NotificationParts::StartIngest() {
  const IngestMetrics ingest_metrics(metrics_);
  intake_.emplace(
      Intake::Options(), *ledger_, *interests_, clock_, ingest_metrics,
      [this](std::vector<PendingDelivery> deliveries) {
        dispatcher_->Offer(std::move(deliveries));
      },
      [this] { dispatcher_->Reload(); });
  ingest_.emplace(Ingest::Options{.client = settings_.common.kafka,
                                  .topic = settings_.common.topic,
                                  .group = settings_.group},
                  *ledger_, *intake_, clock_, random_, ingest_metrics);
}

void NotificationParts::LookAfter() {
  diagnosis_.emplace(Diagnosis::Options{.kafka = settings_.common.kafka,
                                        .topic = settings_.common.topic,
                                        .retention = settings_.retention},
                     Diagnosis::Parts{.store_database = *store_database_,
                                      .ledger_database = *ledger_database_,
                                      .store = *store_,
                                      .ledger = *ledger_,
                                      .interests = *interests_,
                                      .consumer = [this] { return Consumer(); }});
  watch_metrics_.emplace(metrics_, *store_, *interests_, *client_);
  store_maintenance_.emplace(*store_, clock_, random_, store::Maintenance::Options());
  upkeep_.emplace(settings_.retention, *ledger_, clock_, metrics_);
  watch_findings_.emplace([this] { return diagnosis_->Run().findings(); },
                          std::set<std::string>{"kafka", "topic", "consumer"}, clock_);
}

rpc::Services NotificationParts::MakeServices() {
  const Api api = {.reads = front_.reads(), .writes = front_.writes(), .tokens = *tokens_};
  rpc::Services services;
  services.push_back(MakeSubscriberService(api, *subscribers_, *endpoints_, *ledger_));
  services.push_back(MakeSubscriptionService(api, *subscriptions_));
  services.push_back(MakeDeliveryService(
      api, *ledger_, [this](std::string_view name) { return intake_->Redrive(name); }));
  services.push_back(MakeInboxService(api, *subscribers_, *ledger_, inbox_signal_));
  services.push_back(MakeOperationsService(front_.reads(), [this] { return diagnosis_->Run(); }));
  return services;
}

ConsumerReport NotificationParts::Consumer() const {
  return {.lag = ingest_->lag(), .status = ingest_->status()};
}

// Alive isn't enough: what it answers and tells must be up to date, and there must be room to write
// it down. Subscribers can be kept, and inboxes read, while nothing new comes from Kafka.
service::Front::Health NotificationParts::Health() const {
  const absl::Status known = interests_->CatchUp(clock_.Now() + kHealthPatience).status();
  const bool data = known.ok() && interests_->status().ok() &&
                    store_database_->CheckWritable().ok() && ledger_database_->CheckWritable().ok();
  service::Front::Health health;
  for (const char* service : kServices) health[service] = data;
  health[kDeliveryService] = data && ingest_->status().ok();
  health[kReady] = data && watch_findings_->settled();
  return health;
}

}  // namespace clusterwire::notification
