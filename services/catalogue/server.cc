#include "services/catalogue/server.h"

#include <unistd.h>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/service/open.h"
#include "libs/store/maintenance.h"
#include "libs/store/write_metrics.h"
#include "libs/telemetry/log.h"
#include "services/catalogue/erasures/erasure_log.h"
#include "services/catalogue/pages/pages.h"
#include "services/catalogue/resources/grants/grant_index.h"
#include "services/catalogue/search/applier.h"
#include "services/catalogue/services.h"
#include "services/catalogue/settings.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

// Their health differs from that of the other services.
constexpr char kChangeService[] = "clusterwire.change.v1.ChangeService";
constexpr char kPersonService[] = "clusterwire.catalogue.v1.PersonService";
constexpr char kSearchService[] = "clusterwire.catalogue.v1.SearchService";

// Who this process is, the same after a restart: a crashed relay's lease is then its own, and it
// need not wait for it to run out. Two processes on one machine can't have the same address.
std::string HolderName(const std::string& address) {
  char host[256] = "";
  if (gethostname(host, sizeof host - 1) != 0) return address;
  return absl::StrCat(host, "/", address);
}

// Shows as metrics what the parts count themselves.
void ShowCounts(telemetry::Metrics& metrics, store::Store& store, const Relay& relay) {
  store::ShowWrites(metrics, store);
  const auto revision = store.revision();
  if (!revision.ok()) return;
  metrics.GetGauge("clusterwire_store_revision", "Newest revision of the store.")
      .Set(static_cast<double>(revision->value));
  metrics
      .GetGauge("clusterwire_relay_lag_revisions",
                "Revisions in the store that Kafka has not acknowledged yet.")
      .Set(static_cast<double>(revision->value - relay.state().position.revision.value));
}

// What grants give the caller, as they stand now.
absl::Status FillRights(GrantIndex& grants, rpc::Caller* caller) {
  ASSIGN_OR_RETURN(GrantIndex::Rights rights, grants.RightsOf(caller->subject));
  caller->members = std::move(rights.members);
  caller->edits = std::move(rights.edits);
  caller->owns = std::move(rights.owns);
  return absl::OkStatus();
}

// What the parts are made with; all of it outlives them.
struct Surroundings {
  const Settings& settings;
  Handles& handles;
  telemetry::Metrics& metrics;
  Clock& clock;
  Random& random;
  std::function<service::Findings()> server_findings;
};

// All that the catalogue consists of, in the order in which the parts depend on each other, so that
// destruction takes them apart in the reverse one: readers of the log stop, then the database
// closes. Those that may fail to start are pointers.
class CatalogueParts final : public service::Parts {
 public:
  explicit CatalogueParts(const Surroundings& surroundings) : in_(surroundings) {}

  // Migrates the tables, reads all Facts into the search index and lets the timers catch up; at
  // last sets the handles. Kafka may be away: writes go on and are sent later.
  absl::Status Open() {
    RETURN_IF_ERROR(OpenData());
    RETURN_IF_ERROR(StartReaders());
    StartMaintenance();
    in_.handles.store.Set(*store_);
    in_.handles.tokens.Set(*tokens_);
    in_.handles.index.Set(*index_);
    in_.handles.erasures.Set(*erasures_);
    in_.handles.grants.Set(*grants_);
    in_.handles.diagnosis.Set(*diagnosis_);
    return absl::OkStatus();
  }

  GrantIndex& grants() { return *grants_; }

  // Alive isn't enough: the store answers, there is room for writes, and what is read is up to
  // date. Kafka's being away later takes nothing from it: no write is refused for that, and
  // Diagnose says so.
  service::Health health() const override {
    const bool stored = store_->revision().ok();
    const bool writable = stored && database_->CheckWritable().ok();
    const bool caught_up = stored && applier_->status().ok();
    // A restored backup: what is written goes nowhere until an operator has decided.
    const bool told = stored && !relay_->state().halted;
    return {.ready = writable && caught_up && told && watch_findings_->settled(),
            .services = writable,
            .exceptions = {{kSearchService, caught_up},
                           {kChangeService, told},
                           {kPersonService, writable && erasures_->is_open()}}};
  }

 private:
  absl::Status OpenData() {
    const service::Settings& common = in_.settings.common;
    ASSIGN_OR_RETURN(std::string key, service::LoadTokenKey(common.token_key_file, in_.random));
    ASSIGN_OR_RETURN(const std::string erasure_key, LoadErasureKey(key));
    store::Options options;
    options.digest_key = service::RequestKey(key);
    tokens_.emplace(std::move(key));
    const std::string& key_file = in_.settings.grants.key_file;
    if (!key_file.empty()) {
      ASSIGN_OR_RETURN(subject_key_, service::LoadSubjectKey(key_file, in_.random));
    }
    ASSIGN_OR_RETURN(database_, service::OpenDatabase("database.url", common.database,
                                                      common.database_options, kDatabaseOwner));
    ASSIGN_OR_RETURN(store::Registry registry, CatalogueTypes());
    ASSIGN_OR_RETURN(store_, store::Store::Open(*database_, std::move(registry), in_.clock,
                                                in_.random, options));
    erasures_.emplace(*store_, ErasureKey(erasure_key));
    return TopicWatch::CreateTables(*database_);
  }

  absl::StatusOr<std::string> LoadErasureKey(const std::string& token_key) const {
    const std::string& file = in_.settings.erasure_key_file;
    if (file.empty()) return token_key;
    return service::LoadKey("erasures.key_file", file, in_.random);
  }

  absl::Status StartReaders() {
    timers_.emplace(*store_, TimerSteps(), in_.clock, in_.random, in_.metrics);
    // Before anybody reads a state that time has passed by.
    if (const absl::Status status = timers_->CatchUp(); !status.ok()) {
      telemetry::LogWarning("not every due moment could be written", {{"status", status}});
    }
    index_.emplace([this](int64_t revision) { in_.handles.indexed.Publish(revision); });
    ASSIGN_OR_RETURN(applier_, StartApplier(*store_, *index_, in_.clock, in_.random, in_.metrics));
    ASSIGN_OR_RETURN(grants_, GrantIndex::Open(*store_, in_.clock, in_.random));
    Relay::Options options = in_.settings.relay;
    options.grants.subject_key = subject_key_;
    options.holder = HolderName(in_.settings.common.grpc.address);
    relay_.emplace(std::move(options), *database_, *store_, in_.clock, in_.random, in_.metrics);
    maintenance_.emplace(*store_, in_.clock, in_.random);
    ErasureLog::Options erasures = in_.settings.erasures;
    erasures.kafka = in_.settings.common.kafka;
    erasure_log_.emplace(std::move(erasures), *erasures_, in_.clock, in_.random);
    return absl::OkStatus();
  }

  void StartMaintenance() {
    diagnosis_.emplace(Diagnosis::Dependencies{
        .database = *database_,
        .store = *store_,
        .index = *index_,
        .applier = *applier_,
        .timers = *timers_,
        .relay = *relay_,
        .erasures = *erasure_log_,
        .clock = in_.clock,
        .kafka = in_.settings.common.kafka,
        .topic = in_.settings.common.topic,
        .retention = in_.settings.relay.retention,
        .grants_topic = subject_key_.empty() ? "" : in_.settings.grants.topic,
        .server = in_.server_findings});
    counts_ = in_.metrics.OnRender([this] { ShowCounts(in_.metrics, *store_, *relay_); });
    watch_findings_.emplace([this] { return diagnosis_->Diagnose().findings(); },
                            std::set<std::string>{"kafka", "topic", "erasures"}, in_.clock);
  }

  const Surroundings in_;

  // Data.
  std::optional<rpc::TokenSealer> tokens_;
  std::string subject_key_;  // empty: grants don't travel
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<store::Store> store_;
  std::optional<Erasures> erasures_;

  // Readers of the log, and the clock that writes.
  std::optional<search::Index> index_;
  std::unique_ptr<store::Tailer> applier_;
  std::unique_ptr<GrantIndex> grants_;
  std::optional<TimerRunner> timers_;
  std::optional<Relay> relay_;
  std::optional<store::Maintenance> maintenance_;
  std::optional<ErasureLog> erasure_log_;

  // What looks at them.
  std::optional<Diagnosis> diagnosis_;
  telemetry::Metrics::Collector counts_;
  std::optional<service::WatchFindings> watch_findings_;
};

class CatalogueServer final : public service::Server {
 public:
  CatalogueServer(Settings settings, Clock& clock, Random& random)
      : service::Server(settings.common, "clusterwire.catalogue", clock, random),
        settings_(std::move(settings)),
        handles_(runtime().parking()),
        pages_(handles_.index, handles_.store, handles_.tokens, settings_.pages, clock) {}
  ~CatalogueServer() override { Stop(); }

  absl::Status Start() {
    const Api api = {{.reads = reads(), .writes = writes(), .tokens = handles_.tokens},
                     handles_.grants,
                     handles_.erasures,
                     handles_.index,
                     handles_.indexed};
    return service::Server::Start(
        MakeServices(api, operators(), handles_, [this] { return Missing(); }), pages_.Routes());
  }

 private:
  absl::StatusOr<std::unique_ptr<service::Parts>> Open() override {
    auto parts = std::make_unique<CatalogueParts>(Surroundings{
        settings_, handles_, metrics(), clock(), random(), [this] { return OwnFindings(); }});
    RETURN_IF_ERROR(parts->Open());
    runtime().SetRights(
        [&grants = parts->grants()](rpc::Caller* caller) { return FillRights(grants, caller); });
    return parts;
  }

  const Settings settings_;
  Handles handles_;
  Pages pages_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<service::Server>> StartServer(
    const config::v1::CatalogueConfig& config, Clock& clock, Random& random) {
  ASSIGN_OR_RETURN(Settings settings, ReadSettings(config));
  auto server = std::make_unique<CatalogueServer>(std::move(settings), clock, random);
  RETURN_IF_ERROR(server->Start());
  return server;
}

}  // namespace clusterwire::catalogue
