// What Diagnose says about a real broker and its topic.

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/kafka/admin.h"
#include "libs/kafka/testing/real_kafka.h"
#include "services/notification/operations/diagnosis.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;

TEST(DiagnosisKafka, WantsTheTopicToForgetBeforeTheLedgerDoes) {
  auto kafka = kafka::RealKafka::Start();
  ASSERT_THAT(kafka, IsOk());
  TestStore domain;
  auto database = sql::Database::Open("sqlite:" + domain.folder.File("ledger.db"));
  ASSERT_THAT(database, IsOk());
  auto ledger = Ledger::Open(**database);
  ASSERT_THAT(ledger, IsOk());
  const Audit audit(**ledger);
  const auto look = [&](absl::Duration retention) {
    Diagnosis::Options options;
    options.kafka.brokers = (*kafka)->brokers();
    options.topic = "changes";
    options.retention = retention;
    options.patience = absl::Seconds(20);
    const Diagnosis diagnosis(options,
                              {.store_database = *domain.database,
                               .ledger_database = **database,
                               .store = *domain.store,
                               .ledger = **ledger,
                               .audit = audit,
                               .interests = *domain.interests,
                               .clock = domain.clock,
                               .consumer = [] { return ConsumerReport(); },
                               .grants = [] { return absl::OkStatus(); },
                               .delivery = [] { return DeliveryQueue::Usage{.places = 1000}; },
                               .server = [] { return service::Findings(); }});
    std::map<std::string, service::Finding> findings;
    const v1::DiagnoseResponse response = diagnosis.Run();
    for (const service::Finding& finding : response.findings()) findings[finding.part()] = finding;
    return findings;
  };

  EXPECT_EQ(look(absl::Hours(2))["kafka"].severity(), service::Finding::SEVERITY_OK);
  EXPECT_EQ(look(absl::Hours(2))["topic"].severity(), service::Finding::SEVERITY_ERROR);
  EXPECT_THAT(look(absl::Hours(2))["topic"].finding(), HasSubstr("is missing"));

  auto admin = kafka::Admin::Create({.brokers = (*kafka)->brokers()});
  ASSERT_THAT(admin, IsOk());
  ASSERT_THAT(
      (*admin)->EnsureTopic({.name = "changes", .partitions = 2, .retention = absl::Hours(1)},
                            absl::Seconds(20)),
      IsOk());
  EXPECT_EQ(look(absl::Hours(2))["topic"].severity(), service::Finding::SEVERITY_OK);
  EXPECT_THAT(look(absl::Hours(2))["topic"].finding(), HasSubstr("2 partitions"));
  const service::Finding same = look(absl::Hours(1))["topic"];
  EXPECT_EQ(same.severity(), service::Finding::SEVERITY_WARNING);
  EXPECT_THAT(same.remedy(), HasSubstr("retention.records"));
}

}  // namespace
}  // namespace clusterwire::notification
