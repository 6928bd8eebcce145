#include "services/catalogue/operations/diagnosis.h"

#include <string_view>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/service/gaps.h"
#include "libs/service/open.h"
#include "libs/sql/vacuum.h"
#include "libs/telemetry/log.h"

namespace clusterwire::catalogue {
namespace {

using service::Broken;
using service::Fine;

constexpr absl::Duration kKafkaLimit = absl::Seconds(3);

}  // namespace

v1::DiagnoseResponse Diagnosis::Diagnose() const {
  v1::DiagnoseResponse response;
  *response.add_findings() = LookAtDatabase(&response);
  service::LookAtKafka(
      on_.kafka, on_.topic, kKafkaLimit,
      [this](const kafka::TopicDescription& topic) { return LookAtTopic(topic); },
      response.mutable_findings());
  *response.add_findings() = LookAtGrants();
  *response.add_findings() = LookAtRelay(&response);
  *response.add_findings() = LookAtGaps();
  *response.add_findings() = LookAtSearch(response.revision());
  *response.add_findings() = LookAtTimers();
  *response.add_findings() = LookAtErasures();
  if (on_.server) response.mutable_findings()->MergeFrom(on_.server());
  service::SortFindings(response.mutable_findings());
  return response;
}

absl::StatusOr<std::string> Diagnosis::StartNewHistory(const std::string& seen) {
  ASSIGN_OR_RETURN(const std::string current, on_.store.history());
  if (seen != current) {
    return Error(absl::StatusCode::kFailedPrecondition, "HISTORY_MISMATCH",
                 absl::StrCat("the store is in history '", current, "', not '", seen,
                              "'; Diagnose shows it as history_id"));
  }
  const auto cursor = on_.store.cursors().Get(Relay::kCursor);
  if (!cursor.ok() && !absl::IsNotFound(cursor.status())) return cursor.status();
  ASSIGN_OR_RETURN(std::string started,
                   on_.store.StartNewHistory(cursor.ok() ? cursor->position : store::Position()));
  on_.relay.Wake();
  return started;
}

service::Finding Diagnosis::LookAtDatabase(v1::DiagnoseResponse* response) const {
  constexpr std::string_view kRemedy =
      "look at database.url in the configuration and at the database's own log";
  const auto revision = on_.store.revision();
  if (!revision.ok()) return Broken("database", revision.status(), kRemedy);
  const auto history = on_.store.history();
  if (!history.ok()) return Broken("database", history.status(), kRemedy);
  response->set_revision(revision->value);
  response->set_history_id(*history);
  if (const absl::Status writable = on_.database.CheckWritable(); !writable.ok()) {
    return Broken("database", writable, service::RemedyForFullDisk("database.url"));
  }
  return Fine("database", absl::StrCat("answers; newest revision ", revision->value));
}

service::Finding Diagnosis::LookAtTopic(const kafka::TopicDescription& topic) const {
  const std::string kept = absl::FormatDuration(topic.retention);
  if (absl::StrContains(topic.cleanup_policy(), "compact")) {
    return service::Found("topic", service::Finding::SEVERITY_ERROR,
                          absl::StrCat(on_.topic,
                                       " is compacted: of several changes of one resource only the "
                                       "last would be kept"),
                          "set its cleanup.policy to delete");
  }
  if (topic.retention < on_.retention) {
    return service::Found(
        "topic", service::Finding::SEVERITY_ERROR,
        absl::StrCat(on_.topic, " keeps records for ", kept, ", and relay.retention asks for ",
                     absl::FormatDuration(on_.retention),
                     ": a consumer that is away for longer misses changes"),
        absl::StrCat("set its retention.ms to ", absl::ToInt64Milliseconds(on_.retention),
                     ", or relay.retention to what is meant"));
  }
  return Fine("topic", absl::StrCat(on_.topic, " has ", topic.partitions,
                                    " partitions, keeps records for ", kept));
}

service::Finding Diagnosis::LookAtGrants() const {
  constexpr std::string_view kPart = "grants";
  const std::string& name = on_.grants_topic;
  if (name.empty()) {
    return Fine(kPart,
                "stay in the catalogue: grants.subject_key_file names no key, so the notification "
                "service treats everybody as the public");
  }
  const auto admin = kafka::Admin::Create(on_.kafka);
  const auto topic = admin.ok() ? (*admin)->DescribeTopic(name, kKafkaLimit) : admin.status();
  if (absl::IsNotFound(topic.status())) {
    return service::Found(kPart, service::Finding::SEVERITY_ERROR,
                          absl::StrCat(name, " is missing"),
                          "the relay makes it, and sends all grants again; see part relay");
  }
  if (!topic.ok()) return Broken(kPart, topic.status(), kafka::RemedyOf(topic.status()));
  if (!topic->properties.ok()) {
    return service::Found(kPart, service::Finding::SEVERITY_WARNING,
                          absl::StrCat("whether ", name, " keeps grants for ever isn't known: ",
                                       topic->properties.message()),
                          kafka::RemedyOf(topic->properties));
  }
  if (topic->forgets()) {
    return service::Found(
        kPart, service::Finding::SEVERITY_ERROR,
        absl::StrCat(name, " forgets grants: its cleanup.policy is ", topic->cleanup_policy()),
        absl::StrCat("set cleanup.policy of topic ", name,
                     " to compact (kafka-configs.sh --alter --entity-type topics "
                     "--entity-name ",
                     name, " --add-config cleanup.policy=compact)"));
  }
  return Fine(kPart, absl::StrCat("are sent to ", name));
}

service::Finding Diagnosis::LookAtRelay(v1::DiagnoseResponse* response) const {
  const Relay::State state = on_.relay.state();
  const auto cursor = on_.store.cursors().Get(Relay::kCursor);
  const auto waiting =
      on_.store.Changes(cursor.ok() ? cursor->position : state.position, /*limit=*/1000);
  const int64_t lag = waiting.ok() ? static_cast<int64_t>(waiting->size()) : 0;
  response->set_relay_lag(lag);
  if (state.halted) {
    return Broken("relay", state.status,
                  "if the restored backup is what you want: StartNewHistory with the history_id "
                  "shown here");
  }
  if (ReasonOf(state.status) == "LEASE_HELD") {
    return Fine("relay", absl::StrCat("another process sends, and this one takes over from it (if "
                                      "it is no replica of this service, stop it): ",
                                      state.status.message(), "; ", lag, " changes wait"));
  }
  if (!state.status.ok()) {
    const std::string remedy = kafka::RemedyOf(state.status);
    return Broken(
        "relay", state.status,
        remedy.empty() ? "see the findings on kafka and topic; it tries again by itself" : remedy);
  }
  return Fine("relay", absl::StrCat("has sent up to revision ", state.position.revision.value, "; ",
                                    lag, " changes wait"));
}

service::Finding Diagnosis::LookAtGaps() const {
  return service::LookAtGaps(on_.database,
                             "see part gaps of the notification service's Diagnose: it says from "
                             "which revision on changes "
                             "must be sent again. For other consumers, Rewind with $0 sends all "
                             "that the topic should hold "
                             "(\"validate_only\":true says how many)");
}

service::Finding Diagnosis::LookAtSearch(int64_t revision) const {
  const auto published = on_.index.Current();
  if (!on_.applier.status().ok()) {
    return Broken("search", on_.applier.status(), "it tries again by itself; see the database");
  }
  return Fine("search", absl::StrCat("shows revision ", published->revision, " of ", revision, ", ",
                                     published->snapshot->size(), " resources"));
}

service::Finding Diagnosis::LookAtTimers() const {
  if (const absl::Status status = on_.timers.status(); !status.ok()) {
    return Broken("timers", status, "they try again by themselves; see the database");
  }
  const auto due = on_.store.DueTimers(on_.clock.Now(), 1000);
  if (!due.ok()) return Broken("timers", due.status(), "see the database");
  return Fine("timers", absl::StrCat(due->size(), " are due"));
}

service::Finding Diagnosis::LookAtErasures() const {
  constexpr std::string_view kPart = "erasures";
  const ErasureLog::State state = on_.erasures.state();
  if (!state.status.ok()) {
    std::string remedy = kafka::RemedyOf(state.status);
    if (ReasonOf(state.status) == "ERASURE_KEY_UNKNOWN") {
      remedy = "give erasures.key_file the file that was used before";
    } else if (remedy.empty()) {
      remedy =
          "see the findings on kafka; until the topic was read once, people are kept back, and "
          "it tries again by itself";
    }
    service::Finding finding = Broken(kPart, state.status, remedy);
    if (state.waiting > 0) {
      finding.set_finding(absl::StrCat(finding.finding(), "; ", state.waiting,
                                       " records of who was erased wait to be sent there: restore "
                                       "no backup before they are"));
    }
    return finding;
  }
  if (!state.read) {
    return service::Found(
        kPart, service::Finding::SEVERITY_ERROR,
        absl::StrCat(on_.erasures.topic(), " wasn't read yet, so people are kept back"),
        "it is read at the start; see the findings on kafka if this lasts");
  }
  if (state.forgets) {
    return service::Found(
        kPart, service::Finding::SEVERITY_ERROR,
        absl::StrCat(on_.erasures.topic(),
                     " forgets records by their age: a backup that is older would "
                     "bring back who was erased"),
        "set its cleanup.policy to compact, and nothing else");
  }
  return Fine(kPart, absl::StrCat(on_.erasures.topic(), " has ", state.on_topic,
                                  " records of who was erased"));
}

absl::StatusOr<std::vector<std::string>> Diagnosis::Vacuum() {
  if (vacuums_.exchange(true)) {
    return Error(absl::StatusCode::kAborted, "VACUUM_RUNS",
                 "another call does it just now: wait for that, then look at its answer");
  }
  const absl::Cleanup done = [this] { vacuums_ = false; };
  const absl::Time start = on_.clock.Now();
  auto left = sql::Vacuum(on_.database);
  if (left.ok()) {
    telemetry::LogInfo(
        "deleted bytes are out of the database's files",
        {{"took", on_.clock.Now() - start}, {"left_to_do", static_cast<int64_t>(left->size())}});
  }
  return left;
}

}  // namespace clusterwire::catalogue
