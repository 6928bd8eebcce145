#include "services/notification/operations/diagnosis.h"

#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/service/gaps.h"
#include "libs/service/open.h"
#include "libs/sql/vacuum.h"
#include "libs/telemetry/log.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/ledger/records/dead_letters.h"
#include "services/notification/operations/delivery_findings.h"
#include "services/notification/operations/endpoint_findings.h"
#include "services/notification/operations/grants_finding.h"
#include "services/notification/operations/mail_finding.h"

namespace clusterwire::notification {
namespace {

using service::Broken;
using service::Finding;
using service::Fine;
using service::Found;

constexpr char kLedgerOption[] = "ledger.url (or database.url, where that is not set)";

Finding Database(const Diagnosis::Dependencies& on) {
  const auto revision = on.store.revision();
  if (!revision.ok()) {
    return Broken("database", revision.status(),
                  "Check that the database named by database.url runs.");
  }
  if (const absl::Status writable = on.store_database.CheckWritable(); !writable.ok()) {
    return Broken("database", writable, service::RemedyForFullDisk("database.url"));
  }
  const auto counters = on.store.counters();
  return Fine("database", absl::StrCat("answers; revision ", revision->value, ", ", counters.writes,
                                       " writes since the start, ", counters.failed, " failed"));
}

Finding Topic(const Diagnosis::Options& options, const kafka::TopicDescription& topic) {
  const std::string kept = absl::FormatDuration(topic.retention);
  if (topic.retention >= options.retention) {
    return Found("topic", Finding::SEVERITY_WARNING,
                 absl::StrCat("keeps records for ", kept, ", which isn't shorter than ",
                              absl::FormatDuration(options.retention),
                              ": a record that comes again after it was purged here is told twice"),
                 "Raise retention.records above the topic's retention.ms, or shorten that.");
  }
  return Fine("topic", absl::StrCat(options.topic, ": ", topic.partitions, " partitions, ",
                                    topic.replication, " replicas, kept for ", kept));
}

Finding Consumer(const ConsumerReport& report) {
  constexpr int64_t kMuchLag = 10'000;
  if (!report.status.ok()) {
    const std::string remedy = kafka::RemedyOf(report.status);
    return Broken(
        "consumer", report.status,
        remedy.empty()
            ? "Just after a start it gets its partitions within seconds. Otherwise it tries again "
              "by itself: see what Kafka, the topic and the ledger need."
            : remedy);
  }
  const std::string state = absl::StrCat("reads; ", report.lag, " records to go");
  if (report.lag > kMuchLag) {
    return Found("consumer", Finding::SEVERITY_WARNING, state,
                 "If it doesn't shrink, look at the ledger's database, or add a replica.");
  }
  return Fine("consumer", state);
}

Finding Matcher(const Interests& interests, const Interests::Counts& counts) {
  const std::string state =
      absl::StrCat(counts.active, " subscriptions are asked, ", counts.matcher.wide,
                   " of them about every change; ", counts.paused, " paused, ", counts.saved,
                   " saved searches, ", counts.held, " held");
  if (const absl::Status status = interests.status(); !status.ok()) {
    return Broken("matcher", status, "Subscriptions can't be followed: mend the database first.");
  }
  if (counts.refused > 0) {
    return Found("matcher", Finding::SEVERITY_ERROR,
                 absl::StrCat(counts.refused, " subscriptions are not asked; ", state),
                 "Too many filters name nothing to file them under: narrow or pause some.");
  }
  if (counts.held > 0) {
    return Found("matcher", Finding::SEVERITY_WARNING, state,
                 "Held filters were written by a newer release: run that one here, or write them "
                 "anew. ListSubscriptions of subscribers/- shows which they are.");
  }
  return Fine("matcher", state);
}

Finding LedgerBalance(const Diagnosis::Dependencies& on, v1::DiagnoseResponse* response) {
  const auto pending =
      on.ledger.Read([](sql::Connection& connection) { return Balance(connection).Pending(); });
  const auto dead_letters =
      on.ledger.Read([](sql::Connection& connection) { return DeadLetters(connection).Count(); });
  if (!pending.ok() || !dead_letters.ok()) {
    return Broken("ledger", pending.ok() ? dead_letters.status() : pending.status(),
                  absl::StrCat("Check that the database named by ", kLedgerOption, " runs."));
  }
  response->set_pending(*pending);
  if (const absl::Status writable = on.ledger_database.CheckWritable(); !writable.ok()) {
    return Broken("ledger", writable, service::RemedyForFullDisk(kLedgerOption));
  }
  const auto balance = on.audit.result();
  if (!balance) return Fine("ledger", absl::StrCat("is being added up; ", *pending, " pending"));
  const std::string state = absl::StrCat(
      balance->matched(), " matched, ", balance->delivered(), " delivered, ", balance->pending(),
      " pending, ", balance->suppressed(), " suppressed, ", balance->dead(), " dead");
  if (balance->difference() != 0) {
    return Found("ledger", Finding::SEVERITY_ERROR,
                 absl::StrCat("is out of balance by ", balance->difference(), ": ", state),
                 "Deliveries were lost or doubled. Keep the ledger's database as it is, find the "
                 "change by GetBalance with its ce_id, and report it.");
  }
  if (*dead_letters > 0) {
    return Found(
        "ledger", Finding::SEVERITY_WARNING,
        absl::StrCat("balances: ", state, "; ", *dead_letters, " records could not be read"),
        "See ListDeadLetters; RedriveDeadLetter takes one in again after an upgrade.");
  }
  return Fine("ledger", absl::StrCat("balances: ", state));
}

}  // namespace

v1::DiagnoseResponse Diagnosis::Run() const {
  v1::DiagnoseResponse response;
  const ConsumerReport consumer = on_.consumer();
  const Interests::Counts counts = on_.interests.counts();
  *response.add_findings() = Database(on_);
  service::LookAtKafka(
      options_.kafka, options_.topic, options_.patience,
      [this](const kafka::TopicDescription& topic) { return Topic(options_, topic); },
      response.mutable_findings());
  *response.add_findings() = Consumer(consumer);
  *response.add_findings() = service::LookAtGaps(
      on_.ledger_database,
      "send them again: OperationsService/Rewind of the catalogue with $0 (\"validate_only\":true "
      "says how many); what is known here is told nobody twice");
  *response.add_findings() = LookAtGrants(
      {.kafka = options_.kafka, .topic = options_.grants_topic, .patience = options_.patience},
      on_.interests.grants(), on_.grants(), counts);
  *response.add_findings() = Matcher(on_.interests, counts);
  *response.add_findings() = LookAtEndpoints(on_.interests);
  *response.add_findings() = LookAtDeadDeliveries(on_.ledger);
  *response.add_findings() = LookAtMail(on_.mailer, on_.clock.Now());
  *response.add_findings() = LedgerBalance(on_, &response);
  *response.add_findings() = LookAtPlaces(on_.delivery());
  *response.add_findings() = LookAtReceivers(on_.ledger, on_.interests);
  *response.add_findings() = LookAtHolds(on_.interests);
  *response.add_findings() = LookAtPauses(on_.interests, on_.clock.Now());
  *response.add_findings() = LookAtInboxes(on_.ledger);
  if (on_.server) response.mutable_findings()->MergeFrom(on_.server());
  service::SortFindings(response.mutable_findings());
  response.set_consumer_lag(consumer.lag);
  response.set_subscriptions(static_cast<int64_t>(counts.active));
  return response;
}

absl::StatusOr<std::vector<std::string>> Diagnosis::Vacuum() const {
  if (vacuums_.exchange(true)) {
    return Error(absl::StatusCode::kAborted, "VACUUM_RUNS",
                 "another call does it just now: wait for that, then look at its answer");
  }
  const absl::Cleanup done = [this] { vacuums_ = false; };
  ASSIGN_OR_RETURN(std::vector<std::string> left, sql::Vacuum(on_.store_database));
  ASSIGN_OR_RETURN(const std::vector<std::string> more, sql::Vacuum(on_.ledger_database));
  // On PostgreSQL both may be one database.
  for (const std::string& one : more) {
    if (std::ranges::find(left, one) == left.end()) left.push_back(one);
  }
  telemetry::LogInfo("deleted bytes are out of the databases' files",
                     {{"left_to_do", static_cast<int64_t>(left.size())}});
  return left;
}

}  // namespace clusterwire::notification
