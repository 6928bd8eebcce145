#include "services/catalogue/operations/diagnosis.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/strings.h"
#include "libs/kafka/admin.h"

namespace clusterwire::catalogue {
namespace {

constexpr absl::Duration kKafkaLimit = absl::Seconds(5);

v1::Finding Found(std::string_view part, v1::Finding::Severity severity, std::string finding,
                  std::string_view remedy = "") {
  v1::Finding found;
  found.set_part(std::string(part));
  found.set_severity(severity);
  found.set_finding(std::move(finding));
  found.set_remedy(std::string(remedy));
  return found;
}

v1::Finding Fine(std::string_view part, std::string finding) {
  return Found(part, v1::Finding::SEVERITY_OK, std::move(finding));
}

v1::Finding Broken(std::string_view part, const absl::Status& status, std::string_view remedy) {
  return Found(part, v1::Finding::SEVERITY_ERROR, std::string(status.message()), remedy);
}

}  // namespace

v1::DiagnoseResponse Diagnosis::Diagnose() const {
  v1::DiagnoseResponse response;
  std::vector<v1::Finding> findings = {LookAtDatabase(&response)};
  for (v1::Finding& finding : LookAtKafka()) findings.push_back(std::move(finding));
  findings.push_back(LookAtRelay(&response));
  findings.push_back(LookAtSearch(response.revision()));
  findings.push_back(LookAtTimers());
  std::stable_sort(findings.begin(), findings.end(),
                   [](const auto& a, const auto& b) { return a.severity() > b.severity(); });
  for (v1::Finding& finding : findings) *response.add_findings() = std::move(finding);
  return response;
}

absl::StatusOr<std::string> Diagnosis::StartNewHistory(const std::string& seen) {
  ASSIGN_OR_RETURN(const std::string current, parts_.store.history());
  if (seen != current) {
    return Error(absl::StatusCode::kFailedPrecondition, "HISTORY_MISMATCH",
                 absl::StrCat("the store is in history '", current, "', not '", seen,
                              "'; Diagnose shows it as history_id"));
  }
  ASSIGN_OR_RETURN(std::string started, parts_.store.StartNewHistory());
  parts_.relay.Wake();
  return started;
}

v1::Finding Diagnosis::LookAtDatabase(v1::DiagnoseResponse* response) const {
  constexpr std::string_view kRemedy =
      "look at database.url in the configuration, at free disk space and at the database's own log";
  const auto revision = parts_.store.revision();
  if (!revision.ok()) return Broken("database", revision.status(), kRemedy);
  const auto history = parts_.store.history();
  if (!history.ok()) return Broken("database", history.status(), kRemedy);
  response->set_revision(revision->value);
  response->set_history_id(*history);
  return Fine("database", absl::StrCat("answers; newest revision ", revision->value));
}

std::vector<v1::Finding> Diagnosis::LookAtKafka() const {
  const auto admin = kafka::Admin::Create(parts_.kafka);
  const auto brokers = admin.ok() ? (*admin)->CountBrokers(kKafkaLimit) : admin.status();
  if (!brokers.ok()) {
    return {Broken("kafka", brokers.status(),
                   "start the broker, or mend kafka.brokers and kafka.properties; writes go on and "
                   "are sent later")};
  }
  std::vector<v1::Finding> findings = {
      Fine("kafka", absl::StrCat(*brokers, " brokers at ", parts_.kafka.brokers))};
  const auto topic = (*admin)->DescribeTopic(parts_.topic, kKafkaLimit);
  if (!topic.ok()) {
    findings.push_back(Broken("topic", topic.status(),
                              "the relay makes the topic when it may; else create it with the "
                              "settings that deploy/README.md names"));
  } else {
    findings.push_back(Fine("topic", absl::StrCat(parts_.topic, " has ", topic->partitions,
                                                  " partitions, keeps records for ",
                                                  absl::FormatDuration(topic->retention))));
  }
  return findings;
}

v1::Finding Diagnosis::LookAtRelay(v1::DiagnoseResponse* response) const {
  const Relay::State state = parts_.relay.state();
  const auto waiting = parts_.store.Changes(state.position, 1000);
  const int64_t lag = waiting.ok() ? static_cast<int64_t>(waiting->size()) : 0;
  response->set_relay_lag(lag);
  if (state.halted) {
    return Broken("relay", state.status,
                  "if the restored backup is what you want: StartNewHistory with the history_id "
                  "shown here");
  }
  if (!state.status.ok()) {
    return Broken("relay", state.status,
                  "see the findings on kafka and topic; it tries again by itself");
  }
  return Fine("relay", absl::StrCat("has sent up to revision ", state.position.revision.value, "; ",
                                    lag, " changes wait"));
}

v1::Finding Diagnosis::LookAtSearch(int64_t revision) const {
  const auto published = parts_.index.Current();
  if (!parts_.applier.status().ok()) {
    return Broken("search", parts_.applier.status(), "it tries again by itself; see the database");
  }
  return Fine("search", absl::StrCat("shows revision ", published->revision, " of ", revision, ", ",
                                     published->snapshot->size(), " resources"));
}

v1::Finding Diagnosis::LookAtTimers() const {
  if (const absl::Status status = parts_.timers.status(); !status.ok()) {
    return Broken("timers", status, "they try again by themselves; see the database");
  }
  const auto due = parts_.store.DueTimers(parts_.clock.Now(), 1000);
  if (!due.ok()) return Broken("timers", due.status(), "see the database");
  return Fine("timers", absl::StrCat(due->size(), " are due"));
}

}  // namespace clusterwire::catalogue
