#include "services/catalogue/server.h"

#include <unistd.h>

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <grpcpp/impl/service_type.h>

#include "libs/base/status_macros.h"
#include "libs/config/key_file.h"
#include "libs/http/server.h"
#include "libs/rpc/server.h"
#include "libs/service/findings.h"
#include "libs/service/periodic.h"
#include "libs/store/upkeep.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/metrics.h"
#include "services/catalogue/api/services.h"
#include "services/catalogue/settings.h"
#include "services/catalogue/types.h"
#include "services/catalogue/watch_metrics.h"

namespace clusterwire::catalogue {
namespace {

constexpr std::array kServices = {
    "clusterwire.catalogue.v1.ClusterService",    "clusterwire.catalogue.v1.EventService",
    "clusterwire.catalogue.v1.ImportService",     "clusterwire.catalogue.v1.LabelSchemeService",
    "clusterwire.catalogue.v1.LabelService",      "clusterwire.catalogue.v1.MembershipService",
    "clusterwire.catalogue.v1.OperationsService", "clusterwire.catalogue.v1.ProgrammeService",
    "clusterwire.catalogue.v1.SearchService",     "clusterwire.catalogue.v1.TaxonomyService",
    "clusterwire.change.v1.ChangeService",
};
// Says only that calls are taken, for a supervisor that restarts what hangs: what is wrong outside
// of this process is no reason to restart it.
constexpr char kLive[] = "clusterwire.catalogue.live";
constexpr absl::Duration kHealthPause = absl::Seconds(1);

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
  absl::Status StartServers();
  void UpdateHealth();

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
  std::optional<rpc::TokenSigner> tokens;
  std::optional<rpc::Runtime> runtime;
  std::optional<rpc::Lane> reads;
  std::optional<rpc::Lane> writes;
  std::vector<std::unique_ptr<grpc::Service>> services;
  std::unique_ptr<rpc::Server> rpc_server;
  std::optional<WatchMetrics> watch_metrics;
  std::optional<service::WatchFindings> watch_findings;
  std::optional<service::Periodic> health;
  std::unique_ptr<http::Server> http_server;
};

absl::Status Server::Parts::OpenData() {
  const service::Settings& common = settings.common;
  ASSIGN_OR_RETURN(database, sql::Database::Open(common.database, common.database_options));
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
                                     .topic = settings.common.topic});
  return absl::OkStatus();
}

absl::Status Server::Parts::StartApi() {
  const service::Settings& common = settings.common;
  ASSIGN_OR_RETURN(std::string key, config::LoadOrMakeKey(common.token_key_file, random));
  tokens.emplace(std::move(key));
  runtime.emplace(metrics, clock, random);
  reads.emplace(*runtime,
                rpc::Lane::Options{
                    .name = "reads", .threads = common.readers, .queue_limit = common.queue_limit});
  writes.emplace(*runtime, rpc::Lane::Options{.name = "writes",
                                              .threads = common.writers,
                                              .queue_limit = common.queue_limit});
  const Api api = {.reads = *reads, .writes = *writes, .tokens = *tokens};
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
  return absl::OkStatus();
}

absl::Status Server::Parts::StartServers() {
  rpc::Server::Options options = settings.common.grpc;
  options.health_names = {kServices.begin(), kServices.end()};
  options.health_names.emplace_back(kLive);
  std::vector<grpc::Service*> all;
  for (const auto& service : services) all.push_back(service.get());
  ASSIGN_OR_RETURN(rpc_server, rpc::Server::Start(options, *runtime, all));
  rpc_server->SetServing(kLive, true);
  watch_metrics.emplace(metrics, *store, *relay);
  watch_findings.emplace([this] { return diagnosis->Diagnose().findings(); }, clock);
  health.emplace(clock, kHealthPause, [this] { UpdateHealth(); });
  const auto render = [this](const http::ServerRequest&) {
    return http::ServerReply{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                             .body = metrics.Render(),
                             .headers = {}};
  };
  ASSIGN_OR_RETURN(http_server,
                   http::Server::Start(settings.common.http, {{.method = "GET",
                                                               .path = "/metrics",
                                                               .match = http::Route::Match::kExact,
                                                               .handler = render}}));
  return absl::OkStatus();
}

// Alive isn't enough: the store answers and what is read is up to date. Kafka isn't asked: without
// it nothing is refused, and Diagnose says so.
void Server::Parts::UpdateHealth() {
  const bool stored = store->revision().ok();
  const bool caught_up = stored && applier->status().ok();
  for (const char* service : kServices) {
    const bool searches = std::string_view(service).ends_with("SearchService");
    rpc_server->SetServing(service, searches ? caught_up : stored);
  }
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const config::v1::CatalogueConfig& config,
                                                      Clock& clock, Random& random) {
  ASSIGN_OR_RETURN(Settings settings, ReadSettings(config));
  telemetry::SetLogLevel(settings.common.log_level);
  auto parts = std::make_unique<Parts>(std::move(settings), clock, random);
  RETURN_IF_ERROR(parts->OpenData());
  RETURN_IF_ERROR(parts->StartReaders());
  RETURN_IF_ERROR(parts->StartApi());
  RETURN_IF_ERROR(parts->StartServers());
  std::unique_ptr<Server> server(new Server(std::move(parts)));
  telemetry::LogInfo("serving",
                     {{"grpc", server->grpc_address()}, {"http_port", server->http_port()}});
  return server;
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() { Stop(); }

std::string Server::grpc_address() const { return parts_->rpc_server->address(); }
int Server::http_port() const { return parts_->http_server->port(); }

void Server::Stop() {
  if (parts_ == nullptr) return;
  telemetry::LogInfo("stopping");
  parts_->health.reset();
  parts_->rpc_server->Shutdown(parts_->settings.common.stop_grace);
  parts_.reset();
  telemetry::LogInfo("stopped");
}

absl::Status CheckConfig(const config::v1::CatalogueConfig& config) {
  return ReadSettings(config).status();
}

}  // namespace clusterwire::catalogue
