#include "services/notification/operations/diagnosis.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/sql/pool.h"
#include "libs/sql/testing/faulty_database.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;

class DiagnosisTest : public testing::Test {
 protected:
  v1::DiagnoseResponse Run() {
    // No broker answers at port 1.
    Diagnosis::Options options = {.kafka = {.brokers = "127.0.0.1:1"},
                                  .topic = "changes",
                                  .retention = absl::Hours(1),
                                  .patience = absl::Milliseconds(100)};
    return Diagnosis(options, {.store_database = store_database_,
                               .ledger_database = ledger_database_,
                               .store = *domain_.store,
                               .ledger = *ledger_,
                               .interests = *domain_.interests,
                               .consumer = [this] { return consumer_; },
                               .delivery = [] { return DeliveryQueue::Usage{.places = 1000}; }})
        .Run();
  }
  std::map<std::string, service::Finding> Findings() {
    std::map<std::string, service::Finding> findings;
    const v1::DiagnoseResponse diagnosis = Run();
    for (const service::Finding& finding : diagnosis.findings()) findings[finding.part()] = finding;
    return findings;
  }

  TestStore domain_;
  std::unique_ptr<sql::Database> real_ledger_ =
      *sql::Database::Open("sqlite:" + domain_.folder.File("ledger.db"));
  sql::FaultyDatabase store_database_{*domain_.real_database};
  sql::FaultyDatabase ledger_database_{*real_ledger_};
  std::unique_ptr<Ledger> ledger_ = *Ledger::Open(ledger_database_);
  ConsumerReport consumer_;
};

TEST_F(DiagnosisTest, LooksAtEveryPart) {
  EXPECT_THAT(Findings(),
              testing::UnorderedElementsAre(testing::Key("database"), testing::Key("kafka"),
                                            testing::Key("topic"), testing::Key("consumer"),
                                            testing::Key("matcher"), testing::Key("ledger"),
                                            testing::Key("places"), testing::Key("receivers")));
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

TEST_F(DiagnosisTest, NamesTheDiskThatIsFullAndTheOptionOfItsDatabase) {
  store_database_.SetFull(sql::DatabaseFull("/a/store.db", "no space left"));
  ledger_database_.SetFull(sql::DatabaseFull("/b/ledger.db", "no space left"));
  auto findings = Findings();
  for (const char* part : {"database", "ledger"}) {
    EXPECT_EQ(findings[part].severity(), service::Finding::SEVERITY_ERROR) << part;
    EXPECT_THAT(findings[part].remedy(), HasSubstr("free space"));
    EXPECT_THAT(findings[part].remedy(), HasSubstr(std::string(part) + ".url"));
  }
  EXPECT_THAT(findings["database"].finding(), HasSubstr("/a/store.db"));
  EXPECT_THAT(findings["ledger"].finding(), HasSubstr("/b/ledger.db"));
  store_database_.SetFull(absl::OkStatus());
  EXPECT_EQ(Findings()["database"].severity(), service::Finding::SEVERITY_OK);
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
