#include "services/catalogue/server.h"

#include <unistd.h>

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <grpcpp/impl/service_type.h>

#include "libs/base/status_macros.h"
#include "libs/service/database.h"
#include "libs/service/findings.h"
#include "libs/service/front.h"
#include "libs/store/upkeep.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/metrics.h"
#include "services/catalogue/api/services.h"
#include "services/catalogue/settings.h"
#include "services/catalogue/types.h"
#include "services/catalogue/watch_metrics.h"

namespace clusterwire::catalogue {
namespace {

constexpr char kChangeService[] = "clusterwire.change.v1.ChangeService";
constexpr char kSearchService[] = "clusterwire.catalogue.v1.SearchService";
constexpr std::array<const char*, 11> kServices = {
    "clusterwire.catalogue.v1.ClusterService",
    "clusterwire.catalogue.v1.EventService",
    "clusterwire.catalogue.v1.ImportService",
    "clusterwire.catalogue.v1.LabelSchemeService",
    "clusterwire.catalogue.v1.LabelService",
    "clusterwire.catalogue.v1.MembershipService",
    "clusterwire.catalogue.v1.OperationsService",
    "clusterwire.catalogue.v1.ProgrammeService",
    kSearchService,
    "clusterwire.catalogue.v1.TaxonomyService",
    kChangeService,
};
constexpr char kLive[] = "clusterwire.catalogue.live";

// Who this process is, the same after a restart: a crashed relay's lease is then its own, and it
// need not wait for it to run out. Two processes on one machine can't have the same address.
std::string HolderName(const std::string& address) {
  char host[256] = "";
  if (gethostname(host, sizeof host - 1) != 0) return address;
  return absl::StrCat(host, "/", address);
}

}  // namespace

// In the order in which they depend on each other, so that destruction takes them apart in the
// reverse one. Those that may fail to start are pointers.
struct Server::Parts {
  Parts(Settings given, Clock& the_clock, Random& the_random)
      : settings(std::move(given)), clock(the_clock), random(the_random) {}

  absl::Status OpenData();
  absl::Status StartReaders();
  absl::Status StartApi();
  service::Front::Health Health() const;

  const Settings settings;
  Clock& clock;
  Random& random;
  telemetry::Metrics metrics;

  // Data, and the rules over it.
  std::unique_ptr<sql::Database> database;
  std::unique_ptr<store::Store> store;
  std::optional<Taxonomies> taxonomies;
  std::optional<LabelSchemes> schemes;
  std::optional<Clusters> clusters;
  std::optional<Labels> labels;
  std::optional<Programmes> programmes;
  std::optional<Memberships> memberships;
  std::optional<Events> events;

  // Readers of the log, and the clock that writes.
  std::optional<search::Index> index;
  std::unique_ptr<SearchApplier> applier;
  std::optional<ClockWork> timers;
  std::optional<Relay> relay;
  std::optional<store::Upkeep> upkeep;
  std::optional<History> history;

  // Around: calls, health, upkeep.
  std::optional<Diagnosis> diagnosis;
  std::optional<WatchMetrics> watch_metrics;
  std::optional<service::WatchFindings> watch_findings;
  std::vector<std::unique_ptr<grpc::Service>> services;
  std::unique_ptr<service::Front> front;
};

absl::Status Server::Parts::OpenData() {
  const service::Settings& common = settings.common;
  ASSIGN_OR_RETURN(database,
                   service::OpenDatabase("database.url", common.database, common.database_options));
  ASSIGN_OR_RETURN(store::Registry registry, CatalogueTypes());
  store::Options options;
  options.group_limit = common.writers;
  ASSIGN_OR_RETURN(store,
                   store::Store::Open(*database, std::move(registry), clock, random, options));
  taxonomies.emplace(*store);
  schemes.emplace(*store);
  clusters.emplace(*store);
  labels.emplace(*store);
  programmes.emplace(*store);
  memberships.emplace(*store);
  events.emplace(*store);
  return absl::OkStatus();
}

absl::Status Server::Parts::StartReaders() {
  timers.emplace(*store, *labels, *memberships, clock, random, metrics);
  // Before anybody reads a state that time has passed by.
  if (const absl::Status status = timers->CatchUp(); !status.ok()) {
    telemetry::LogWarning("not every due moment could be written", {{"status", status}});
  }
  index.emplace(clock);
  ASSIGN_OR_RETURN(applier, SearchApplier::Start(*store, *index, clock, random, metrics));
  Relay::Options options = settings.relay;
  options.holder = HolderName(settings.common.grpc.address);
  relay.emplace(std::move(options), *store, clock, random, metrics);
  upkeep.emplace(*store, clock, random, store::Upkeep::Options());
  history.emplace(*store);
  diagnosis.emplace(Diagnosis::Parts{.store = *store,
                                     .index = *index,
                                     .applier = *applier,
                                     .timers = *timers,
                                     .relay = *relay,
                                     .clock = clock,
                                     .kafka = settings.common.kafka,
                                     .topic = settings.common.topic,
                                     .retention = settings.relay.retention});
  return absl::OkStatus();
}

absl::Status Server::Parts::StartApi() {
  watch_metrics.emplace(metrics, *store, *relay);
  watch_findings.emplace([this] { return diagnosis->Diagnose().findings(); }, clock);
  ASSIGN_OR_RETURN(front, service::Front::Create(settings.common, metrics, clock, random));
  const Api api = {.reads = front->reads(), .writes = front->writes(), .tokens = front->tokens()};
  services.push_back(MakeChangeService(api, *history));
  services.push_back(MakeClusterService(api, *clusters));
  services.push_back(MakeEventService(api, *events));
  services.push_back(MakeImportService(api, *store));
  services.push_back(MakeLabelSchemeService(api, *schemes));
  services.push_back(MakeLabelService(api, *labels));
  services.push_back(MakeMembershipService(api, *memberships));
  services.push_back(MakeOperationsService(api, *diagnosis));
  services.push_back(MakeProgrammeService(api, *programmes));
  services.push_back(MakeSearchService(api, *index));
  services.push_back(MakeTaxonomyService(api, *taxonomies));
  std::vector<grpc::Service*> all;
  for (const auto& service : services) all.push_back(service.get());
  return front->Serve(all, kLive, [this] { return Health(); });
}

// Alive isn't enough: the store answers and what is read is up to date. Kafka isn't asked: without
// it nothing is refused, and Diagnose says so.
service::Front::Health Server::Parts::Health() const {
  const bool stored = store->revision().ok();
  const bool caught_up = stored && applier->status().ok();
  // A restored backup: what is written goes nowhere until an operator has decided.
  const bool told = stored && !relay->state().halted;
  service::Front::Health health;
  for (const char* service : kServices) health[service] = stored;
  health[kSearchService] = caught_up;
  health[kChangeService] = told;
  return health;
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const config::v1::CatalogueConfig& config,
                                                      Clock& clock, Random& random) {
  ASSIGN_OR_RETURN(Settings settings, ReadSettings(config));
  telemetry::SetLogLevel(settings.common.log_level);
  auto parts = std::make_unique<Parts>(std::move(settings), clock, random);
  RETURN_IF_ERROR(parts->OpenData());
  RETURN_IF_ERROR(parts->StartReaders());
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

absl::Status CheckConfig(const config::v1::CatalogueConfig& config) {
  return ReadSettings(config).status();
}

}  // namespace clusterwire::catalogue
