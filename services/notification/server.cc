#include "services/notification/server.h"

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/service/open.h"
#include "libs/store/maintenance.h"
#include "libs/telemetry/log.h"
#include "services/notification/channels/address_check.h"
#include "services/notification/channels/calendar/feed.h"
#include "services/notification/channels/channels.h"
#include "services/notification/channels/email/mailboxes.h"
#include "services/notification/channels/email/mailer.h"
#include "services/notification/channels/email/suppressed.h"
#include "services/notification/channels/endpoint_tester.h"
#include "services/notification/consent/confirmation_sender.h"
#include "services/notification/consent/consents.h"
#include "services/notification/consent/eraser.h"
#include "services/notification/consent/export.h"
#include "services/notification/consent/links.h"
#include "services/notification/consent/pages/pages.h"
#include "services/notification/delivery/operating/hold_keeper.h"
#include "services/notification/delivery/operating/owner_notifier.h"
#include "services/notification/grants/grants.h"
#include "services/notification/grants/grants_reader.h"
#include "services/notification/ingest/ingest.h"
#include "services/notification/ingest/intake.h"
#include "services/notification/ledger/addresses/suppressions.h"
#include "services/notification/ledger/deliveries/troubles.h"
#include "services/notification/ledger/inbox/inbox.h"
#include "services/notification/maintenance.h"
#include "services/notification/operations/diagnosis.h"
#include "services/notification/resources/subscribers/endpoint_rules.h"
#include "services/notification/resources/subscribers/subscriber_rules.h"
#include "services/notification/resources/subscribers/subscription_rules.h"
#include "services/notification/services.h"
#include "services/notification/settings.h"
#include "services/notification/types.h"
#include "services/notification/watch_metrics.h"

namespace clusterwire::notification {
namespace {

// Its health differs from that of the other services.
constexpr char kDeliveryService[] = "clusterwire.notification.v1.DeliveryService";
constexpr absl::Duration kHealthPatience = absl::Seconds(2);
constexpr absl::Duration kRightsPatience = absl::Seconds(2);

// What the parts are made with; all of it outlives them.
struct Surroundings {
  const Settings& settings;
  const http::AddressGuard& guard;
  Handles& handles;
  telemetry::Metrics& metrics;
  Clock& clock;
  Random& random;
  std::function<service::Findings()> server_findings;
  TlsSource tls;  // what pages show; null without TLS
};

// All that the notification service consists of, in the order in which the parts depend on each
// other, so that destruction takes them apart in the reverse one: the consumer leaves its group,
// what is under way to receivers is waited for and recorded (for the grace of the configuration at
// most), the databases close. Those that may fail to start are pointers.
class NotificationParts final : public service::Parts {
 public:
  explicit NotificationParts(const Surroundings& surroundings) : in_(surroundings) {}

  // The owner of a subscriber acts for it, by the store as it is now.
  absl::Status AddRights(rpc::Caller* caller) const {
    RETURN_IF_ERROR(interests_->CatchUpWithin(kRightsPatience));
    caller->members = interests_->SubscribersOf(caller->subject);
    caller->edits = caller->members;
    return absl::OkStatus();
  }

  // Migrates the tables and reads the subscriptions; at last sets the handles. Kafka may be away:
  // it is tried again.
  absl::Status Open() {
    RETURN_IF_ERROR(OpenData());
    StartDelivery();
    StartIngest();
    StartConsent();
    StartMaintenance();
    RETURN_IF_ERROR(StartPages());
    in_.handles.tokens.Set(*tokens_);
    in_.handles.subscribers.Set(*subscribers_);
    in_.handles.endpoints.Set(*endpoints_);
    in_.handles.endpoint_tester.Set(*endpoint_tester_);
    in_.handles.subscriptions.Set(*subscriptions_);
    in_.handles.consents.Set(*consents_);
    in_.handles.eraser.Set(*eraser_);
    in_.handles.exporter.Set(*exporter_);
    in_.handles.calendar_feed.Set(*calendar_feed_);
    in_.handles.interests.Set(*interests_);
    in_.handles.ledger.Set(*ledger_);
    in_.handles.inbox_signal.Set(inbox_signal_);
    in_.handles.mailboxes.Set(*mailboxes_);
    in_.handles.dispatcher.Set(*dispatcher_);
    in_.handles.hold_keeper.Set(*hold_keeper_);
    in_.handles.clock.Set(in_.clock);
    in_.handles.redrive.Set(*redrive_);
    in_.handles.diagnosis.Set(*diagnosis_);
    return absl::OkStatus();
  }

  // Alive isn't enough: what it answers and tells must be up to date, and there must be room to
  // write it down. Subscribers can be kept, and inboxes read, while nothing new comes from Kafka.
  service::Health health() const override {
    const absl::Status known = interests_->CatchUp(in_.clock.Now() + kHealthPatience).status();
    const bool data = known.ok() && interests_->status().ok() &&
                      store_database_->CheckWritable().ok() &&
                      ledger_database_->CheckWritable().ok();
    return {.ready = data && grants_->CheckComplete().ok() && watch_findings_->settled(),
            .services = data,
            .exceptions = {{kDeliveryService, data && ingest_->status().ok()}}};
  }

 private:
  absl::Status OpenData() {
    const service::Settings& common = in_.settings.common;
    ASSIGN_OR_RETURN(std::string key, service::LoadTokenKey(common.token_key_file, in_.random));
    store::Options options = StoreOptions();
    options.digest_key = service::RequestKey(key);
    StartMailing(key);
    if (in_.settings.pages.served) links_.emplace(in_.settings.pages.public_uri, key);
    tokens_.emplace(std::move(key));
    ASSIGN_OR_RETURN(store_database_,
                     service::OpenDatabase("database.url", common.database, common.database_options,
                                           kDatabaseOwner));
    ASSIGN_OR_RETURN(ledger_database_,
                     service::OpenDatabase("ledger.url", in_.settings.ledger,
                                           in_.settings.ledger_options, kDatabaseOwner));
    ASSIGN_OR_RETURN(store::Registry registry, MakeRegistry());
    ASSIGN_OR_RETURN(store_, store::Store::Open(*store_database_, std::move(registry), in_.clock,
                                                in_.random, std::move(options)));
    ASSIGN_OR_RETURN(ledger_, Ledger::Open(*ledger_database_));
    RETURN_IF_ERROR(StartGrants());
    ASSIGN_OR_RETURN(interests_, Interests::Load(*store_, *grants_, in_.clock, in_.random));
    ASSIGN_OR_RETURN(hold_keeper_, HoldKeeper::Start(*ledger_, *interests_, in_.clock, in_.random));
    grants_reader_.emplace(GrantsReader::Options{.client = in_.settings.common.kafka,
                                                 .topic = in_.settings.grants.topic},
                           *grants_, in_.clock, in_.random);
    StartLookingUp();
    subscribers_.emplace(*store_, in_.random, *interests_);
    endpoints_.emplace(*store_, in_.random,
                       EndpointSettings{.guard = in_.guard, .mail = mailer_.has_value()},
                       *addresses_);
    endpoints_->CompleteBy([this](std::span<v1::Endpoint* const> endpoints) {
      TellTroubles(*ledger_, endpoints);
      TellSuppressions(*ledger_, mailboxes_->key, endpoints);
    });
    subscriptions_.emplace(*store_, in_.random, [this] { return interests_->wide(); });
    return absl::OkStatus();
  }

  // Without a key file everybody sees what the public sees.
  absl::Status StartGrants() {
    Grants::Options options = {.hold_after = in_.settings.grants.hold_after};
    if (!in_.settings.grants.key_file.empty()) {
      ASSIGN_OR_RETURN(options.key,
                       service::LoadSubjectKey(in_.settings.grants.key_file, in_.random));
    }
    grants_.emplace(std::move(options), in_.clock);
    return absl::OkStatus();
  }

  // Mailboxes are known by the key also where no mails are sent.
  void StartMailing(const std::string& key) {
    const std::optional<MailSettings>& mail = in_.settings.mail;
    mailboxes_.emplace(Mailboxes{AddressKey(key),
                                 BounceAddress(mail ? mail->bounce_address : "", key), in_.clock});
    if (mail) mailer_.emplace(mail->mailer, *mailboxes_);
  }
  Mailer* mailer() { return mailer_ ? &*mailer_ : nullptr; }

  ChannelContext ContextFor(http::Client& client) {
    return {.client = client,
            .inbox_signal = inbox_signal_,
            .clock = in_.clock,
            .random = in_.random,
            .links = links(),
            .mailer = mailer(),
            .suppressed = [this](const std::string& address_key) {
              return ledger_->Read([&](sql::Connection& connection) {
                return WhySuppressed(connection, address_key);
              });
            }};
  }

  http::Client::Options ClientOptions(size_t in_flight) const {
    return {.guard = in_.guard,
            .in_flight_limit = in_flight,
            .time_limit = in_.settings.delivery.try_limit,
            .user_agent = "clusterwire-notification",
            .ca_file = {}};
  }

  // What callers ask of others' machines: names are looked up and receivers tested by a client of
  // their own, so that no notice waits for them.
  void StartLookingUp() {
    constexpr size_t kAtOnce = 200;
    asking_client_.emplace(ClientOptions(kAtOnce), in_.clock);
    addresses_.emplace(
        [this](const std::string& url, absl::Duration limit, AddressCheck::Done done) {
          return asking_client_->LookUp(url, limit, std::move(done));
        },
        in_.clock);
    test_channels_ = MakeChannels(ContextFor(*asking_client_));
    endpoint_tester_.emplace(in_.settings.delivery.try_limit,
                             EndpointTester::Dependencies{.store = *store_,
                                                          .channels = test_channels_,
                                                          .addresses = *addresses_,
                                                          .clock = in_.clock,
                                                          .random = in_.random});
  }

  void StartDelivery() {
    Dispatcher::Options delivery = in_.settings.delivery;
    delivery.address_key = &mailboxes_->key;
    client_.emplace(ClientOptions(static_cast<size_t>(delivery.queue.in_flight)), in_.clock);
    channels_ = MakeChannels(ContextFor(*client_));
    owner_notifier_.emplace(in_.settings.retention, *ledger_, *interests_, inbox_signal_, channels_,
                            in_.clock, in_.random);
    dispatcher_.emplace(
        delivery, *ledger_, *interests_, channels_,
        [this](const std::string& endpoint, const std::string& reason) -> absl::Status {
          RETURN_IF_ERROR(endpoints_->Disable(endpoint, reason));
          owner_notifier_->Wake();
          return absl::OkStatus();
        },
        in_.clock, in_.random, in_.metrics);
  }

  void StartIngest() {
    const IngestMetrics ingest_metrics(in_.metrics);
    at_once_.emplace(*interests_, channels_, in_.clock, in_.metrics);
    intake_.emplace(
        Intake::Options(), *ledger_, *interests_, *at_once_, in_.clock, ingest_metrics,
        [this](Intake::Committed committed) {
          dispatcher_->Offer(std::move(committed.pending), std::move(committed.newest));
        },
        [this] { dispatcher_->Reload(); });
    redrive_.emplace([this](std::string_view name) { return intake_->Redrive(name); });
    ingest_.emplace(Ingest::Options{.client = in_.settings.common.kafka,
                                    .topic = in_.settings.common.topic,
                                    .group = in_.settings.group},
                    *ledger_, *intake_, in_.clock, in_.random, ingest_metrics);
  }

  // What owners of addresses say and are asked, and what is known of subscribers.
  void StartConsent() {
    const auto suppress = [this](const std::string& name, std::string_view reason) {
      dispatcher_->Suppress(name, reason);
    };
    consents_.emplace(Consents::Dependencies{.store = *store_,
                                             .ledger = *ledger_,
                                             .interests = *interests_,
                                             .subscribers = *subscribers_,
                                             .endpoints = *endpoints_,
                                             .subscriptions = *subscriptions_,
                                             .address_key = mailboxes_->key,
                                             .clock = in_.clock,
                                             .random = in_.random,
                                             .suppress = suppress},
                      in_.settings.pages.offers);
    eraser_.emplace(Eraser::Dependencies{.store = *store_,
                                         .ledger = *ledger_,
                                         .interests = *interests_,
                                         .subscribers = *subscribers_,
                                         .address_key = mailboxes_->key,
                                         .clock = in_.clock,
                                         .random = in_.random,
                                         .suppress = suppress});
    exporter_.emplace(SubscriberExporter::Dependencies{.ledger = *ledger_,
                                                       .interests = *interests_,
                                                       .subscribers = *subscribers_,
                                                       .endpoints = *endpoints_,
                                                       .subscriptions = *subscriptions_});
    calendar_feed_.emplace(CalendarFeed::Dependencies{
        .ledger = *ledger_,
        .subscriptions = *subscriptions_,
        .interests = *interests_,
        .clock = in_.clock,
        .random = in_.random,
        .links = links(),
        .organiser = mailer_ ? calendar::Mailbox{mailer_->sender().name, mailer_->from()}
                             : calendar::Mailbox()});
    if (!mailer_ || !links_) return;
    confirmation_sender_.emplace(
        *consents_, *ledger_, *links_, mailer_->sender(),
        [this](const ConfirmationMail& mail, const Letter& letter,
               std::function<void(ConfirmationSender::Answer)> done) {
          SendConfirmation(mail, letter, std::move(done));
        },
        in_.clock, in_.random);
    consents_->TellWhenAsked([this] { confirmation_sender_->Wake(); });
  }

  // A mailbox that refuses is suppressed: then nothing is sent there any more.
  void SendConfirmation(const ConfirmationMail& mail, const Letter& letter,
                        std::function<void(ConfirmationSender::Answer)> done) {
    using Answer = ConfirmationSender::Answer;
    const auto why = ledger_->Read(
        [&](sql::Connection& connection) { return WhySuppressed(connection, mail.address_key); });
    if (!why.ok() || !why->empty()) return done(why.ok() ? Answer::kRefused : Answer::kLater);
    const Envelope envelope = {
        .to = mail.address,
        .id = absl::StrCat("confirmations/", mail.id),
        .language = std::string(text::LanguageTag(text::LanguageFor(mail.language)))};
    mailer_->Send(envelope, letter, {}, [this, mail, done](const mail::SendResult& outcome) {
      using Kind = mail::SendResult::Kind;
      const bool refused = outcome.kind == Kind::kAddressRefused;
      if (refused) {
        const auto suppressed = ledger_->Write([&](sql::Connection& connection) {
          return Suppressions(connection)
              .Add(mail.address_key, v1::ReportBounceRequest::KIND_HARD, outcome.answer,
                   in_.clock.Now());
        });
        if (!suppressed.ok()) return done(Answer::kLater);
      }
      const bool over = refused || outcome.kind == Kind::kMessageRefused;
      const bool sent = outcome.kind == Kind::kAccepted;
      done(sent ? Answer::kSent : over ? Answer::kRefused : Answer::kLater);
    });
  }

  absl::Status StartPages() {
    if (!in_.settings.pages.served) return absl::OkStatus();
    std::vector<std::string> sender;
    if (mailer_) sender = {mailer_->sender().name, mailer_->sender().postal};
    pages_.emplace(*consents_, *links_, std::move(sender), in_.clock);
    std::vector<http::Route> routes = pages_->Routes();
    routes.insert(routes.begin(), calendar_feed_->Route());  // the last of the pages takes all
    http::Server::Options options = in_.settings.pages.http;
    options.tls = in_.tls;
    ASSIGN_OR_RETURN(pages_server_, http::Server::Start(std::move(options), std::move(routes)));
    telemetry::LogInfo("pages are served", {{"address", in_.settings.pages.http.address},
                                            {"port", pages_server_->port()}});
    return absl::OkStatus();
  }

  void StartMaintenance() {
    audit_.emplace(*ledger_);
    const auto consumer = [this] {
      return ConsumerReport{.lag = ingest_->lag(), .status = ingest_->status()};
    };
    diagnosis_.emplace(
        Diagnosis::Options{.kafka = in_.settings.common.kafka,
                           .topic = in_.settings.common.topic,
                           .grants_topic = in_.settings.grants.topic,
                           .retention = in_.settings.retention},
        Diagnosis::Dependencies{.store_database = *store_database_,
                                .ledger_database = *ledger_database_,
                                .store = *store_,
                                .ledger = *ledger_,
                                .audit = *audit_,
                                .interests = *interests_,
                                .clock = in_.clock,
                                .consumer = consumer,
                                .grants = [this] { return grants_reader_->status(); },
                                .delivery = [this] { return dispatcher_->usage(); },
                                .server = in_.server_findings,
                                .mailer = mailer()});
    watched_ = WatchMetrics(in_.metrics, *store_, *interests_, *client_, mailer());
    store_maintenance_.emplace(*store_, in_.clock, in_.random);
    ledger_maintenance_.emplace(in_.settings.retention, *ledger_, *audit_, *interests_, in_.clock,
                                in_.metrics);
    watch_findings_.emplace([this] { return diagnosis_->Run().findings(); },
                            std::set<std::string>{"kafka", "topic", "consumer", "grants"},
                            in_.clock);
  }

  const Links* links() const { return links_ ? &*links_ : nullptr; }

  const Surroundings in_;

  // Data.
  std::optional<rpc::TokenSealer> tokens_;
  std::optional<Links> links_;
  std::optional<const Mailboxes> mailboxes_;
  std::unique_ptr<sql::Database> store_database_;
  std::unique_ptr<sql::Database> ledger_database_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Ledger> ledger_;
  std::optional<Grants> grants_;
  std::unique_ptr<Interests> interests_;
  std::unique_ptr<HoldKeeper> hold_keeper_;
  std::optional<GrantsReader>
      grants_reader_;  // tells the interests, which stop listening themselves
  InboxSignal inbox_signal_;
  std::optional<Mailer> mailer_;
  std::optional<http::Client> asking_client_;
  std::optional<AddressCheck> addresses_;
  Channels test_channels_;
  std::optional<EndpointTester> endpoint_tester_;
  std::optional<Subscribers> subscribers_;
  std::optional<Endpoints> endpoints_;
  std::optional<Subscriptions> subscriptions_;

  // Out: from the ledger to receivers.
  std::optional<http::Client> client_;
  Channels channels_;
  std::optional<OwnerNotifier> owner_notifier_;
  std::optional<Dispatcher> dispatcher_;

  // What owners of addresses say.
  std::optional<Consents> consents_;
  std::optional<Eraser> eraser_;
  std::optional<SubscriberExporter> exporter_;
  std::optional<CalendarFeed> calendar_feed_;
  std::optional<ConfirmationSender> confirmation_sender_;

  // In: from Kafka to the ledger.
  std::optional<AtOnce> at_once_;
  std::optional<Intake> intake_;
  std::optional<const Redrive> redrive_;
  std::optional<Ingest> ingest_;

  // What looks at them, and after them.
  std::optional<Audit> audit_;
  std::optional<Diagnosis> diagnosis_;
  telemetry::Metrics::Collector watched_;
  std::optional<store::Maintenance> store_maintenance_;
  std::optional<LedgerMaintenance> ledger_maintenance_;
  std::optional<service::WatchFindings> watch_findings_;

  // For people; last, so that no page looks at what is gone.
  std::optional<Pages> pages_;
  std::unique_ptr<http::Server> pages_server_;
};

class NotificationServer final : public service::Server {
 public:
  NotificationServer(Settings settings, http::AddressGuard guard, Clock& clock, Random& random)
      : service::Server(settings.common, "clusterwire.notification", clock, random),
        settings_(std::move(settings)),
        guard_(std::move(guard)) {}
  ~NotificationServer() override { Stop(); }

  absl::Status Start() {
    const Api api = {.reads = reads(), .writes = writes(), .tokens = handles_.tokens};
    return service::Server::Start(
        MakeServices(api, handles_, operators(), [this] { return Missing(); }));
  }

 private:
  absl::StatusOr<std::unique_ptr<service::Parts>> Open() override {
    auto parts = std::make_unique<NotificationParts>(
        Surroundings{settings_, guard_, handles_, metrics(), clock(), random(),
                     [this] { return OwnFindings(); }, tls()});
    RETURN_IF_ERROR(parts->Open());
    runtime().SetRights(
        [raw = parts.get()](rpc::Caller* caller) { return raw->AddRights(caller); });
    return parts;
  }

  const Settings settings_;
  const http::AddressGuard guard_;
  Handles handles_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<service::Server>> StartServer(
    const config::v1::NotificationConfig& config, Clock& clock, Random& random) {
  ASSIGN_OR_RETURN(Settings settings, ReadSettings(config));
  ASSIGN_OR_RETURN(http::AddressGuard guard, http::AddressGuard::Create(settings.addresses));
  auto server =
      std::make_unique<NotificationServer>(std::move(settings), std::move(guard), clock, random);
  RETURN_IF_ERROR(server->Start());
  return server;
}

}  // namespace clusterwire::notification
