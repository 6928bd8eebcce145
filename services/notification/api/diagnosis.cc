#include "services/notification/api/diagnosis.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/kafka/admin.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/ledger/dead_records.h"

namespace clusterwire::notification {
namespace {

v1::Finding Found(std::string_view part, v1::Finding::Severity severity, std::string finding,
                  std::string remedy = "") {
  v1::Finding made;
  made.set_part(std::string(part));
  made.set_severity(severity);
  made.set_finding(std::move(finding));
  made.set_remedy(std::move(remedy));
  return made;
}

std::string Text(const absl::Status& status) { return std::string(status.message()); }

}  // namespace

v1::DiagnoseResponse Diagnosis::Run() const {
  v1::DiagnoseResponse response;
  const ConsumerReport consumer = parts_.consumer();
  const Interests::Counts counts = parts_.interests.counts();
  *response.add_findings() = Database();
  *response.add_findings() = Kafka();
  *response.add_findings() = Topic();
  *response.add_findings() = Consumer(consumer);
  *response.add_findings() = Matcher(counts);
  *response.add_findings() = LedgerBalance(&response);
  std::stable_sort(
      response.mutable_findings()->begin(), response.mutable_findings()->end(),
      [](const v1::Finding& a, const v1::Finding& b) { return a.severity() > b.severity(); });
  response.set_consumer_lag(consumer.lag);
  response.set_subscriptions(static_cast<int64_t>(counts.active));
  return response;
}

v1::Finding Diagnosis::Database() const {
  const auto revision = parts_.store.revision();
  if (!revision.ok()) {
    return Found(
        "database", v1::Finding::SEVERITY_ERROR, Text(revision.status()),
        "Check that the database named by database.url runs and that its disk isn't full.");
  }
  const auto counters = parts_.store.counters();
  return Found("database", v1::Finding::SEVERITY_OK,
               absl::StrCat("answers; revision ", revision->value, ", ", counters.writes,
                            " writes since the start, ", counters.failed, " failed"));
}

v1::Finding Diagnosis::Kafka() const {
  auto admin = kafka::Admin::Create(options_.kafka);
  const auto brokers =
      admin.ok() ? (*admin)->CountBrokers(options_.patience) : absl::StatusOr<int>(admin.status());
  if (!brokers.ok()) {
    return Found("kafka", v1::Finding::SEVERITY_ERROR, Text(brokers.status()),
                 absl::StrCat("Check that a broker answers at kafka.brokers (",
                              options_.kafka.brokers, ") and that kafka.properties fit it."));
  }
  return Found("kafka", v1::Finding::SEVERITY_OK, absl::StrCat(*brokers, " brokers answer"));
}

v1::Finding Diagnosis::Topic() const {
  auto admin = kafka::Admin::Create(options_.kafka);
  if (!admin.ok()) {
    return Found("topic", v1::Finding::SEVERITY_ERROR, Text(admin.status()),
                 "Mend the connection to Kafka first.");
  }
  const auto topic = (*admin)->DescribeTopic(options_.topic, options_.patience);
  if (absl::IsNotFound(topic.status())) {
    return Found("topic", v1::Finding::SEVERITY_ERROR, absl::StrCat(options_.topic, " is missing"),
                 "Start the catalogue, which makes it; both services must name the same topic.");
  }
  if (!topic.ok()) {
    return Found("topic", v1::Finding::SEVERITY_ERROR, Text(topic.status()),
                 "Mend the connection to Kafka first.");
  }
  const std::string kept = absl::FormatDuration(topic->retention);
  if (topic->retention >= options_.retention) {
    return Found("topic", v1::Finding::SEVERITY_WARNING,
                 absl::StrCat("keeps records for ", kept, ", which isn't shorter than ",
                              absl::FormatDuration(options_.retention),
                              ": a record that comes again after it was purged here is told twice"),
                 "Raise retention.records above the topic's retention.ms, or shorten that.");
  }
  return Found("topic", v1::Finding::SEVERITY_OK,
               absl::StrCat(options_.topic, ": ", topic->partitions, " partitions, ",
                            topic->replication, " replicas, kept for ", kept));
}

v1::Finding Diagnosis::Consumer(const ConsumerReport& report) const {
  constexpr int64_t kMuchLag = 10'000;
  if (!report.status.ok()) {
    return Found(
        "consumer", v1::Finding::SEVERITY_ERROR, Text(report.status),
        "Just after a start it gets its partitions within seconds. Otherwise it tries again by "
        "itself: see what Kafka, the topic and the ledger need.");
  }
  const std::string state = absl::StrCat("reads; ", report.lag, " records to go");
  if (report.lag > kMuchLag) {
    return Found("consumer", v1::Finding::SEVERITY_WARNING, state,
                 "If it doesn't shrink, look at the ledger's database, or add a replica.");
  }
  return Found("consumer", v1::Finding::SEVERITY_OK, state);
}

v1::Finding Diagnosis::Matcher(const Interests::Counts& counts) const {
  const std::string state =
      absl::StrCat(counts.active, " subscriptions are asked, ", counts.matcher.unfiled,
                   " of them about every change; ", counts.paused, " paused, ", counts.saved,
                   " saved searches, ", counts.held, " held");
  if (const absl::Status status = parts_.interests.status(); !status.ok()) {
    return Found("matcher", v1::Finding::SEVERITY_ERROR, Text(status),
                 "Subscriptions can't be followed: mend the database first.");
  }
  if (counts.refused > 0) {
    return Found("matcher", v1::Finding::SEVERITY_ERROR,
                 absl::StrCat(counts.refused, " subscriptions are not asked; ", state),
                 "Too many filters name nothing to file them under: narrow or pause some.");
  }
  if (counts.held > 0) {
    return Found("matcher", v1::Finding::SEVERITY_WARNING, state,
                 "Held filters were written by a newer release: run that one here, or write them "
                 "anew. ListSubscriptions of subscribers/- shows which they are.");
  }
  return Found("matcher", v1::Finding::SEVERITY_OK, state);
}

v1::Finding Diagnosis::LedgerBalance(v1::DiagnoseResponse* response) const {
  const auto balance =
      parts_.ledger.Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
  const auto dead_records = parts_.ledger.Read(
      [](sql::Connection& connection) { return DeadRecords(connection).Count(); });
  if (!balance.ok() || !dead_records.ok()) {
    return Found("ledger", v1::Finding::SEVERITY_ERROR,
                 Text(balance.ok() ? dead_records.status() : balance.status()),
                 "Check that the database named by ledger.url runs and that its disk isn't full.");
  }
  response->set_pending(balance->pending());
  const std::string state = absl::StrCat(
      balance->matched(), " matched, ", balance->delivered(), " delivered, ", balance->pending(),
      " pending, ", balance->suppressed(), " suppressed, ", balance->dead(), " dead");
  if (balance->difference() != 0) {
    return Found("ledger", v1::Finding::SEVERITY_ERROR,
                 absl::StrCat("is out of balance by ", balance->difference(), ": ", state),
                 "Deliveries were lost or doubled. Keep the ledger's database as it is, find the "
                 "change by GetBalance with its ce_id, and report it.");
  }
  if (*dead_records > 0) {
    return Found(
        "ledger", v1::Finding::SEVERITY_WARNING,
        absl::StrCat("balances: ", state, "; ", *dead_records, " records could not be read"),
        "See ListDeadRecords; RedriveDeadRecord takes one in again after an upgrade.");
  }
  return Found("ledger", v1::Finding::SEVERITY_OK, absl::StrCat("balances: ", state));
}

}  // namespace clusterwire::notification
