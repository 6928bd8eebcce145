#include "services/notification/server.h"

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <grpcpp/impl/service_type.h>

#include "libs/base/status_macros.h"
#include "libs/http/client.h"
#include "libs/service/database.h"
#include "libs/service/findings.h"
#include "libs/service/front.h"
#include "libs/store/upkeep.h"
#include "libs/telemetry/metrics.h"
#include "services/notification/api/services.h"
#include "services/notification/channels/inbox_channel.h"
#include "services/notification/channels/webhook.h"
#include "services/notification/domain/endpoints.h"
#include "services/notification/domain/interests.h"
#include "services/notification/domain/subscribers.h"
#include "services/notification/domain/subscriptions.h"
#include "services/notification/ingest/ingest.h"
#include "services/notification/ingest/intake.h"
#include "services/notification/ledger/inbox_signal.h"
#include "services/notification/operations/diagnosis.h"
#include "services/notification/settings.h"
#include "services/notification/types.h"
#include "services/notification/upkeep.h"
#include "services/notification/watch_metrics.h"

namespace clusterwire::notification {
namespace {

constexpr std::array kServices = {
    "clusterwire.notification.v1.SubscriberService",
    "clusterwire.notification.v1.SubscriptionService",
    "clusterwire.notification.v1.DeliveryService",
    "clusterwire.notification.v1.InboxService",
    "clusterwire.notification.v1.OperationsService",
};
constexpr char kLive[] = "clusterwire.notification.live";
constexpr absl::Duration kHealthPatience = absl::Seconds(2);

}  // namespace

// In the order in which they depend on each other, so that destruction takes them apart in the
// reverse one. Those that may fail to start are pointers.
struct Server::Parts {
  Parts(Settings given, http::AddressGuard address_guard, Clock& the_clock, Random& the_random)
      : settings(std::move(given)),
        guard(std::move(address_guard)),
        clock(the_clock),
        random(the_random) {}

  absl::Status OpenData();
  void StartDelivery();
  void StartIngest();
  absl::Status StartApi();
  void LookAfter();
  service::Front::Health Health() const;
  ConsumerReport Consumer() const;

  const Settings settings;
  const http::AddressGuard guard;
  Clock& clock;
  Random& random;
  telemetry::Metrics metrics;

  // Data.
  std::unique_ptr<sql::Database> store_database;
  std::unique_ptr<sql::Database> ledger_database;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<Interests> interests;
  InboxSignal inbox_signal;
  std::optional<Subscribers> subscribers;
  std::optional<Endpoints> endpoints;
  std::optional<Subscriptions> subscriptions;

  // Out: from the ledger to receivers.
  std::optional<http::Client> client;
  std::optional<WebhookChannel> webhooks;
  std::optional<InboxChannel> inboxes;
  std::optional<Dispatcher> dispatcher;

  // In: from Kafka to the ledger.
  std::optional<Intake> intake;
  std::optional<Ingest> ingest;

  // Around: calls, health, upkeep.
  std::optional<Diagnosis> diagnosis;
  std::optional<WatchMetrics> watch_metrics;
  std::optional<store::Upkeep> store_upkeep;
  std::optional<Upkeep> upkeep;
  std::optional<service::WatchFindings> watch_findings;
  std::vector<std::unique_ptr<grpc::Service>> services;
  std::unique_ptr<service::Front> front;
};

absl::Status Server::Parts::OpenData() {
  ASSIGN_OR_RETURN(store_database, service::OpenDatabase("database.url", settings.common.database,
                                                         settings.common.database_options));
  ASSIGN_OR_RETURN(ledger_database,
                   service::OpenDatabase("ledger.url", settings.ledger, settings.ledger_options));
  ASSIGN_OR_RETURN(store::Registry registry, MakeRegistry());
  ASSIGN_OR_RETURN(store, store::Store::Open(*store_database, std::move(registry), clock, random,
                                             StoreOptions()));
  ASSIGN_OR_RETURN(ledger, Ledger::Open(*ledger_database));
  ASSIGN_OR_RETURN(interests, Interests::Load(*store, clock, random));
  subscribers.emplace(*store, random);
  endpoints.emplace(*store, random, guard);
  subscriptions.emplace(*store, random);
  return absl::OkStatus();
}

void Server::Parts::StartDelivery() {
  client.emplace(http::Client::Options{.guard = guard,
                                       .in_flight_limit =
                                           static_cast<size_t>(settings.delivery.agenda.in_flight),
                                       .time_limit = settings.delivery.try_limit,
                                       .user_agent = "clusterwire-notification",
                                       .ca_file = {}},
                 clock);
  webhooks.emplace(*client, clock, random);
  inboxes.emplace(*ledger, inbox_signal, clock);
  dispatcher.emplace(
      settings.delivery, *ledger, *interests,
      Dispatcher::Channels{.webhook = *webhooks, .inbox = *inboxes},
      [this](const std::string& endpoint, const std::string& reason) {
        return endpoints->Disable(endpoint, reason);
      },
      clock, random, metrics);
}

void Server::Parts::StartIngest() {
  const IngestMetrics ingest_metrics(metrics);
  intake.emplace(
      Intake::Options(), *ledger, *interests, clock, ingest_metrics,
      [this](std::vector<PendingDelivery> deliveries) { dispatcher->Offer(std::move(deliveries)); },
      [this] { dispatcher->Reload(); });
  ingest.emplace(
      Ingest::Options{
          .client = settings.common.kafka, .topic = settings.common.topic, .group = settings.group},
      *ledger, *intake, clock, random, ingest_metrics);
}

absl::Status Server::Parts::StartApi() {
  diagnosis.emplace(Diagnosis::Options{.kafka = settings.common.kafka,
                                       .topic = settings.common.topic,
                                       .retention = settings.retention},
                    Diagnosis::Parts{.store = *store,
                                     .ledger = *ledger,
                                     .interests = *interests,
                                     .consumer = [this] { return Consumer(); }});
  LookAfter();
  ASSIGN_OR_RETURN(front, service::Front::Create(settings.common, metrics, clock, random));
  const Handling handling = {
      .reads = front->reads(), .writes = front->writes(), .tokens = front->tokens()};
  services.push_back(MakeSubscriberService(handling, *subscribers, *endpoints, *ledger));
  services.push_back(MakeSubscriptionService(handling, *subscriptions));
  services.push_back(MakeDeliveryService(
      handling, *ledger, [this](std::string_view name) { return intake->Redrive(name); }));
  services.push_back(MakeInboxService(handling, *subscribers, *ledger, inbox_signal));
  services.push_back(MakeOperationsService(handling, *diagnosis));
  std::vector<grpc::Service*> all;
  for (const auto& service : services) all.push_back(service.get());
  return front->Serve(all, kLive, [this] { return Health(); });
}

void Server::Parts::LookAfter() {
  watch_metrics.emplace(metrics, *store, *interests, *client);
  store_upkeep.emplace(*store, clock, random, store::Upkeep::Options());
  upkeep.emplace(settings.retention, *ledger, clock, metrics);
  watch_findings.emplace([this] { return diagnosis->Run().findings(); }, clock);
}

ConsumerReport Server::Parts::Consumer() const {
  return {.lag = ingest->lag(), .status = ingest->status()};
}

// Alive isn't enough: what it answers and tells must be up to date.
service::Front::Health Server::Parts::Health() const {
  const absl::Status known = interests->CatchUp(clock.Now() + kHealthPatience).status();
  const bool data = known.ok() && interests->status().ok();
  const bool hears = data && ingest->status().ok();
  // Subscribers can be kept, and inboxes read, while nothing new comes from Kafka.
  service::Front::Health health;
  for (const char* service : kServices) {
    const bool needs_kafka = std::string_view(service).ends_with("DeliveryService");
    health[service] = needs_kafka ? hears : data;
  }
  return health;
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const config::v1::NotificationConfig& config,
                                                      Clock& clock, Random& random) {
  ASSIGN_OR_RETURN(Settings settings, ReadSettings(config));
  telemetry::SetLogLevel(settings.common.log_level);
  ASSIGN_OR_RETURN(http::AddressGuard guard, http::AddressGuard::Create(settings.addresses));
  auto parts = std::make_unique<Parts>(std::move(settings), std::move(guard), clock, random);
  RETURN_IF_ERROR(parts->OpenData());
  parts->StartDelivery();
  parts->StartIngest();
  RETURN_IF_ERROR(parts->StartApi());
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() { Stop(); }

std::string Server::grpc_address() const { return parts_->front->grpc_address(); }
int Server::http_port() const { return parts_->front->http_port(); }

void Server::Stop() {
  if (parts_ == nullptr) return;
  telemetry::LogInfo("stopping");
  parts_->front->Stop();
  parts_.reset();
  telemetry::LogInfo("stopped");
}

absl::Status CheckConfig(const config::v1::NotificationConfig& config) {
  return ReadSettings(config).status();
}

}  // namespace clusterwire::notification
