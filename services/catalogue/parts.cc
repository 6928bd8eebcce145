#include "services/catalogue/parts.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/service/open.h"
#include "libs/telemetry/log.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

// Their health differs from that of the other services.
constexpr char kChangeService[] = "clusterwire.change.v1.ChangeService";
constexpr char kSearchService[] = "clusterwire.catalogue.v1.SearchService";

// Who this process is, the same after a restart: a crashed relay's lease is then its own, and it
// need not wait for it to run out. Two processes on one machine can't have the same address.
std::string HolderName(const std::string& address) {
  char host[256] = "";
  if (gethostname(host, sizeof host - 1) != 0) return address;
  return absl::StrCat(host, "/", address);
}

}  // namespace

absl::StatusOr<std::unique_ptr<CatalogueParts>> CatalogueParts::Open(const Settings& settings,
                                                                     Handles& handles,
                                                                     telemetry::Metrics& metrics,
                                                                     Clock& clock, Random& random) {
  std::unique_ptr<CatalogueParts> parts(
      new CatalogueParts(settings, handles, metrics, clock, random));
  RETURN_IF_ERROR(parts->OpenData());
  RETURN_IF_ERROR(parts->StartReaders());
  parts->StartMaintenance();
  parts->SetHandles();
  return parts;
}

absl::Status CatalogueParts::OpenData() {
  const service::Settings& common = settings_.common;
  ASSIGN_OR_RETURN(std::string key, service::LoadTokenKey(common.token_key_file, random_));
  tokens_.emplace(std::move(key));
  ASSIGN_OR_RETURN(database_,
                   service::OpenDatabase("database.url", common.database, common.database_options));
  ASSIGN_OR_RETURN(store::Registry registry, CatalogueTypes());
  store::Options options;
  options.group_limit = common.writers;
  ASSIGN_OR_RETURN(store_,
                   store::Store::Open(*database_, std::move(registry), clock_, random_, options));
  return absl::OkStatus();
}

absl::Status CatalogueParts::StartReaders() {
  timers_.emplace(*store_, TimerSteps(), clock_, random_, metrics_);
  // Before anybody reads a state that time has passed by.
  if (const absl::Status status = timers_->CatchUp(); !status.ok()) {
    telemetry::LogWarning("not every due moment could be written", {{"status", status}});
  }
  index_.emplace([this](int64_t revision) { handles_.indexed.Publish(revision); });
  ASSIGN_OR_RETURN(applier_, SearchApplier::Start(*store_, *index_, clock_, random_, metrics_));
  Relay::Options options = settings_.relay;
  options.holder = HolderName(settings_.common.grpc.address);
  relay_.emplace(std::move(options), *store_, clock_, random_, metrics_);
  maintenance_.emplace(*store_, clock_, random_);
  return absl::OkStatus();
}

void CatalogueParts::StartMaintenance() {
  diagnosis_.emplace(Diagnosis::Dependencies{.database = *database_,
                                             .store = *store_,
                                             .index = *index_,
                                             .applier = *applier_,
                                             .timers = *timers_,
                                             .relay = *relay_,
                                             .clock = clock_,
                                             .kafka = settings_.common.kafka,
                                             .topic = settings_.common.topic,
                                             .retention = settings_.relay.retention});
  watch_metrics_.emplace(metrics_, *store_, *relay_);
  watch_findings_.emplace([this] { return diagnosis_->Diagnose().findings(); },
                          std::set<std::string>{"kafka", "topic"}, clock_);
}

void CatalogueParts::SetHandles() {
  handles_.store.Set(*store_);
  handles_.tokens.Set(*tokens_);
  handles_.index.Set(*index_);
  handles_.diagnosis.Set(*diagnosis_);
}

// Alive isn't enough: the store answers, there is room for writes, and what is read is up to date.
// Kafka's being away later takes nothing from it: no write is refused for that, and Diagnose says
// so.
service::Health CatalogueParts::health() const {
  const bool stored = store_->revision().ok();
  const bool writable = stored && database_->CheckWritable().ok();
  const bool caught_up = stored && applier_->status().ok();
  // A restored backup: what is written goes nowhere until an operator has decided.
  const bool told = stored && !relay_->state().halted;
  return {.ready = writable && caught_up && told && watch_findings_->settled(),
          .services = writable,
          .exceptions = {{kSearchService, caught_up}, {kChangeService, told}}};
}

}  // namespace clusterwire::catalogue
