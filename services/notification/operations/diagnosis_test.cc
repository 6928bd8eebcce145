#include "services/notification/operations/diagnosis.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;

class DiagnosisTest : public testing::Test {
 protected:
  DiagnosisTest() {
    auto database = sql::Database::Open("sqlite:" + domain_.folder.File("ledger.db"));
    EXPECT_THAT(database, IsOk());
    ledger_database_ = *std::move(database);
    auto ledger = Ledger::Open(*ledger_database_);
    EXPECT_THAT(ledger, IsOk());
    ledger_ = *std::move(ledger);
  }

  v1::DiagnoseResponse Run() {
    // Nobody answers at port 1.
    Diagnosis::Options options = {.kafka = {.brokers = "127.0.0.1:1"},
                                  .topic = "changes",
                                  .retention = absl::Hours(1),
                                  .patience = absl::Milliseconds(100)};
    return Diagnosis(options, {.store = *domain_.store,
                               .ledger = *ledger_,
                               .interests = *domain_.interests,
                               .consumer = [this] { return consumer_; }})
        .Run();
  }
  std::map<std::string, service::Finding> Findings() {
    std::map<std::string, service::Finding> findings;
    const v1::DiagnoseResponse diagnosis = Run();
    for (const service::Finding& finding : diagnosis.findings()) findings[finding.part()] = finding;
    return findings;
  }

  TestStore domain_;
  std::unique_ptr<sql::Database> ledger_database_;
  std::unique_ptr<Ledger> ledger_;
  ConsumerReport consumer_;
};

TEST_F(DiagnosisTest, LooksAtEveryPart) {
  EXPECT_THAT(Findings(),
              testing::UnorderedElementsAre(testing::Key("database"), testing::Key("kafka"),
                                            testing::Key("topic"), testing::Key("consumer"),
                                            testing::Key("matcher"), testing::Key("ledger")));
}

TEST_F(DiagnosisTest, ShowsFirstWhatNeedsAttentionAndSaysWhatToDo) {
  const v1::DiagnoseResponse diagnosis = Run();
  EXPECT_EQ(diagnosis.findings(0).severity(), service::Finding::SEVERITY_ERROR);
  EXPECT_EQ(diagnosis.findings(5).severity(), service::Finding::SEVERITY_OK);
  for (const service::Finding& finding : diagnosis.findings()) {
    EXPECT_EQ(finding.remedy().empty(), finding.severity() == service::Finding::SEVERITY_OK)
        << finding.DebugString();
  }
  EXPECT_THAT(Findings()["kafka"].remedy(), HasSubstr("127.0.0.1:1"));
}

TEST_F(DiagnosisTest, TellsAStandingConsumerFromASlowOne) {
  EXPECT_EQ(Findings()["consumer"].severity(), service::Finding::SEVERITY_OK);
  consumer_.lag = 20'000;
  EXPECT_EQ(Findings()["consumer"].severity(), service::Finding::SEVERITY_WARNING);
  EXPECT_EQ(Run().consumer_lag(), 20'000);
  consumer_.status = absl::UnavailableError("the ledger is away");
  EXPECT_EQ(Findings()["consumer"].severity(), service::Finding::SEVERITY_ERROR);
  EXPECT_EQ(Findings()["consumer"].finding(), "the ledger is away");
}

TEST_F(DiagnosisTest, CountsHeldSubscriptions) {
  domain_.AddSubscriber("x");
  v1::Subscription subscription;
  subscription.set_endpoint("subscribers/x/endpoints/inbox");
  subscription = domain_.AddSubscription("subscribers/x", "a", subscription);
  domain_.CatchUp();
  EXPECT_EQ(Run().subscriptions(), 1);
  EXPECT_EQ(Findings()["matcher"].severity(), service::Finding::SEVERITY_OK);

  type::v1::Filter* filter = subscription.mutable_filter();
  filter->GetReflection()->MutableUnknownFields(filter)->AddVarint(900, 1);
  ASSERT_THAT(domain_.store->Write({},
                                   [&](store::Writer& writer) {
                                     return writer.Put(subscription, "subscription.updated");
                                   }),
              IsOk());
  domain_.CatchUp();
  EXPECT_EQ(Findings()["matcher"].severity(), service::Finding::SEVERITY_WARNING);
  EXPECT_THAT(Findings()["matcher"].finding(), HasSubstr("1 held"));
}

}  // namespace
}  // namespace clusterwire::notification
