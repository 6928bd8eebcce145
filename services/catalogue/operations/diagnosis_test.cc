#include "services/catalogue/operations/diagnosis.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/kafka/testing/mock_kafka.h"
#include "libs/sql/pool.h"
#include "libs/sql/testing/faulty_database.h"
#include "services/catalogue/search/applier.h"
#include "services/catalogue/testing/world.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class DiagnosisTest : public ::testing::Test {
 protected:
  Relay::Options RelayOptions() {
    kafka_.CreateTopic("changes", 1);
    Relay::Options options;
    options.kafka = kafka_.Options();
    options.topic = "changes";
    return options;
  }
  const service::Finding* Find(const v1::DiagnoseResponse& response, const std::string& part) {
    for (const service::Finding& finding : response.findings()) {
      if (finding.part() == part) return &finding;
    }
    ADD_FAILURE() << "no finding on " << part;
    return nullptr;
  }
  bool Is(const v1::DiagnoseResponse& response, const std::string& part,
          service::Finding::Severity severity) {
    const service::Finding* finding = Find(response, part);
    return finding != nullptr && finding->severity() == severity;
  }

  World world_;
  telemetry::Metrics metrics_;
  kafka::MockKafka kafka_;
  search::Index index_;
  std::unique_ptr<store::Tailer> applier_ =
      *StartApplier(*world_.store, index_, Clock::System(), world_.random, metrics_);
  TimerRunner timers_{*world_.store, TimerSteps(), world_.clock, world_.random, metrics_};
  Relay relay_{RelayOptions(),  *world_.database, *world_.store,
               Clock::System(), world_.random,    metrics_};
  sql::FaultyDatabase database_{*world_.database};
  Erasures erasures_{*world_.store, ErasureKey("a key for tests alone")};
  ErasureLog erasure_log_{
      {.kafka = {.brokers = "127.0.0.1:1"}}, erasures_, Clock::System(), world_.random};
  Diagnosis diagnosis_{{.database = database_,
                        .store = *world_.store,
                        .index = index_,
                        .applier = *applier_,
                        .timers = timers_,
                        .relay = relay_,
                        .erasures = erasure_log_,
                        .clock = world_.clock,
                        .kafka = {.brokers = "127.0.0.1:1"},
                        .topic = "changes",
                        .retention = absl::Hours(1)}};
};

TEST_F(DiagnosisTest, WhatIsBrokenStandsFirstWithARemedyAndTheRestIsSaidToBeFine) {
  const v1::DiagnoseResponse response = diagnosis_.Diagnose();
  ASSERT_GE(response.findings_size(), 6);
  EXPECT_EQ(response.findings(0).severity(), service::Finding::SEVERITY_ERROR);
  EXPECT_TRUE(Is(response, "kafka", service::Finding::SEVERITY_ERROR));
  EXPECT_NE(Find(response, "kafka")->remedy(), "");
  for (const char* part : {"database", "search", "timers"}) {
    EXPECT_TRUE(Is(response, part, service::Finding::SEVERITY_OK)) << part;
  }
  EXPECT_EQ(response.revision(), world_.store->revision()->value);
  EXPECT_EQ(response.history_id(), *world_.store->history());
}

TEST_F(DiagnosisTest, ADiskThatIsFullIsNamedWithTheRemedy) {
  database_.SetFull(sql::DatabaseFull("/a/store.db", "no space left"));
  const v1::DiagnoseResponse response = diagnosis_.Diagnose();
  EXPECT_TRUE(Is(response, "database", service::Finding::SEVERITY_ERROR));
  EXPECT_THAT(Find(response, "database")->finding(), HasSubstr("/a/store.db"));
  EXPECT_THAT(Find(response, "database")->remedy(),
              AllOf(HasSubstr("free space"), HasSubstr("database.url")));
  EXPECT_EQ(response.revision(), world_.store->revision()->value);
}

TEST_F(DiagnosisTest, ANewHistoryIsStartedByWhoHasSeenTheCurrentOne) {
  const std::string current = *world_.store->history();
  EXPECT_THAT(diagnosis_.StartNewHistory("another"), ReasonIs("HISTORY_MISMATCH"));
  EXPECT_EQ(*world_.store->history(), current);
  const auto started = diagnosis_.StartNewHistory(current);
  ASSERT_THAT(started, IsOk());
  EXPECT_NE(*started, current);
  EXPECT_EQ(*world_.store->history(), *started);
}

}  // namespace
}  // namespace clusterwire::catalogue
