#include "services/notification/operations/diagnosis.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/service/gaps.h"
#include "libs/sql/pool.h"
#include "libs/sql/testing/faulty_database.h"
#include "services/notification/grants/testing/grant_records.h"
#include "services/notification/ledger/testing/rows.h"
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
                                  .grants_topic = "grants",
                                  .retention = absl::Hours(1),
                                  .patience = absl::Milliseconds(100)};
    return Diagnosis(options, {.store_database = store_database_,
                               .ledger_database = ledger_database_,
                               .store = *domain_.store,
                               .ledger = *ledger_,
                               .audit = audit_,
                               .interests = *domain_.interests,
                               .clock = domain_.clock,
                               .consumer = [this] { return consumer_; },
                               .grants = [this] { return reading_; },
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
  Audit audit_{*ledger_};
  ConsumerReport consumer_;
  absl::Status reading_;
};

TEST_F(DiagnosisTest, LooksAtEveryPart) {
  EXPECT_THAT(Findings(),
              testing::UnorderedElementsAre(
                  testing::Key("database"), testing::Key("kafka"), testing::Key("topic"),
                  testing::Key("consumer"), testing::Key("gaps"), testing::Key("grants"),
                  testing::Key("matcher"), testing::Key("endpoints"), testing::Key("deliveries"),
                  testing::Key("mail"), testing::Key("places"), testing::Key("receivers"),
                  testing::Key("inboxes"), testing::Key("ledger"), testing::Key("holds"),
                  testing::Key("pauses")));
}

TEST_F(DiagnosisTest, ShowsFirstWhatNeedsAttentionAndSaysWhatToDo) {
  const v1::DiagnoseResponse diagnosis = Run();
  EXPECT_EQ(diagnosis.findings(0).severity(), service::Finding::SEVERITY_ERROR);
  EXPECT_EQ(diagnosis.findings().rbegin()->severity(), service::Finding::SEVERITY_OK);
  for (const service::Finding& finding : diagnosis.findings()) {
    EXPECT_EQ(finding.remedy().empty(), finding.severity() == service::Finding::SEVERITY_OK)
        << finding.DebugString();
  }
  EXPECT_THAT(Findings()["kafka"].remedy(), HasSubstr("127.0.0.1:1"));
}

TEST_F(DiagnosisTest, SaysWhyItIsNotKnownWhoMaySeeWhatIsNotPublic) {
  domain_.AddSubscriber("x", "corp:x");
  domain_.CatchUp();
  ReadWhole(*domain_.grants, domain_.clock, {GrantTo("corp:x", "programmes/p")});
  service::Finding finding = Findings()["grants"];
  EXPECT_EQ(finding.severity(), service::Finding::SEVERITY_OK);
  EXPECT_EQ(finding.finding(), "1 in force; of 1 subjects with subscribers 1 have some");

  ReadOn(*domain_.grants, AllSent("another key of at least thirty-two bytes"));
  finding = Findings()["grants"];
  EXPECT_EQ(finding.severity(), service::Finding::SEVERITY_ERROR);
  EXPECT_THAT(finding.finding(), HasSubstr("another key"));
  EXPECT_THAT(finding.remedy(), HasSubstr("grants.subject_key_file"));

  domain_.clock.Advance(absl::Seconds(15));
  reading_ = absl::NotFoundError("no topic");
  finding = Findings()["grants"];
  EXPECT_THAT(finding.finding(), HasSubstr("grants is missing"));
  EXPECT_THAT(finding.finding(), HasSubstr("15s ago"));
  reading_ = absl::UnavailableError("no broker answers");
  EXPECT_THAT(Findings()["grants"].finding(), HasSubstr("no broker answers"));
  reading_ = absl::OkStatus();
  EXPECT_THAT(Findings()["grants"].remedy(), HasSubstr("transaction"));

  ReadWhole(*domain_.grants, domain_.clock);
  domain_.grants->Apply({{"grants/a", absl::InvalidArgumentError("garbage")}});
  EXPECT_THAT(Findings()["grants"].finding(), HasSubstr("1 can't be read, and give nothing"));
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

TEST_F(DiagnosisTest, SaysOfARefusedSettingWhatToChange) {
  consumer_.status = Error(absl::StatusCode::kFailedPrecondition, "KAFKA_SETTING_REFUSED",
                           "joining group g: Invalid session timeout",
                           {{"remedy", "set kafka.properties[session.timeout.ms]"}});
  EXPECT_EQ(Findings()["consumer"].remedy(), "set kafka.properties[session.timeout.ms]");
}

TEST_F(DiagnosisTest, NamesAGapWithWhatToSendAgainUntilItIsAcknowledged) {
  EXPECT_EQ(Findings()["gaps"].severity(), service::Finding::SEVERITY_OK);
  const service::Gap gap = {
      .partition = {"changes", 3}, .end_offset = 5, .history = "h", .revision = 7};
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return service::Gaps(connection).Note(gap, domain_.clock.Now());
  }),
              IsOk());
  EXPECT_EQ(Findings()["gaps"].severity(), service::Finding::SEVERITY_ERROR);
  EXPECT_THAT(Findings()["gaps"].finding(), HasSubstr("changes[3]"));
  EXPECT_THAT(Findings()["gaps"].remedy(),
              testing::AllOf(HasSubstr("Rewind of the catalogue with {\"after_revision\":7}"),
                             HasSubstr("AcknowledgeGaps")));
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

TEST_F(DiagnosisTest, NamesEndpointsThatAreSwitchedOffAndSaysHowToMendThem) {
  domain_.AddSubscriber("x");
  const v1::Endpoint crm = domain_.AddWebhook("subscribers/x", "crm");
  domain_.AddWebhook("subscribers/x", "good");
  domain_.CatchUp();
  EXPECT_EQ(Findings()["endpoints"].finding(), "2, all switched on");
  ASSERT_THAT(domain_.endpoints->Disable(crm.name(), "HTTP 410"), IsOk());
  domain_.CatchUp();
  const service::Finding finding = Findings()["endpoints"];
  EXPECT_EQ(finding.severity(), service::Finding::SEVERITY_WARNING);
  EXPECT_THAT(finding.finding(),
              HasSubstr("1 of 2 are switched off: " + crm.name() + " (HTTP 410)"));
  EXPECT_THAT(finding.remedy(), HasSubstr("EnableEndpoint"));
}

TEST_F(DiagnosisTest, NamesEndpointsWhoseStoredSecretCantSign) {
  domain_.AddSubscriber("x");
  v1::Endpoint crm = domain_.AddWebhook("subscribers/x", "crm");
  crm.mutable_webhook()->set_secret("whsec_" + std::string(32, ' '));
  ASSERT_THAT(domain_.store->Write(
                  {}, [&](store::Writer& writer) { return writer.Put(crm, "endpoint.updated"); }),
              IsOk());
  domain_.CatchUp();
  const service::Finding finding = Findings()["endpoints"];
  EXPECT_EQ(finding.severity(), service::Finding::SEVERITY_WARNING);
  EXPECT_THAT(finding.finding(), testing::AllOf(HasSubstr(crm.name()), HasSubstr("RotateSecret")));
}

TEST_F(DiagnosisTest, ALongListOfEndpointsIsCut) {
  domain_.AddSubscriber("x");
  for (int i = 0; i < 7; ++i) {
    const v1::Endpoint one = domain_.AddWebhook("subscribers/x", absl::StrCat("e", i));
    ASSERT_THAT(domain_.endpoints->Disable(one.name(), "gone"), IsOk());
  }
  domain_.CatchUp();
  EXPECT_THAT(Findings()["endpoints"].finding(),
              testing::AllOf(HasSubstr("7 of 7"), HasSubstr("and 2 more")));
}

TEST_F(DiagnosisTest, NamesWhatWasGivenUpAndWhere) {
  EXPECT_EQ(Findings()["deliveries"].severity(), service::Finding::SEVERITY_OK);
  KeptRecord record = MakeRecord("clusters/a", 1);
  PendingDelivery delivery = MakeDelivery(record, "subscribers/x/subscriptions/s");
  delivery.endpoint = "subscribers/x/endpoints/crm";
  const auto keep = [&](sql::Connection& connection) -> absl::Status {
    RETURN_IF_ERROR(Records(connection).Keep(record).status());
    return Deliveries(connection).Insert(std::vector{delivery}, "");
  };
  ASSERT_THAT(ledger_->Write(keep), IsOk());
  const DeliveryResult dead{.delivery = delivery.name,
                            .state = v1::Delivery::STATE_DEAD,
                            .reason = "HTTP 422: no such list"};
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return Deliveries(connection).SetResults({&dead, 1});
  }),
              IsOk());
  const service::Finding finding = Findings()["deliveries"];
  EXPECT_EQ(finding.severity(), service::Finding::SEVERITY_WARNING);
  for (const std::string& named :
       {delivery.endpoint, delivery.name, std::string("HTTP 422: no such list")}) {
    EXPECT_THAT(finding.finding(), HasSubstr(named));
  }
  EXPECT_THAT(finding.remedy(), HasSubstr("RedriveDelivery"));
}

// It runs every second while a start lacks Kafka.
TEST_F(DiagnosisTest, TakesTheBalanceFromTheLastAuditAndScansNoTable) {
  EXPECT_THAT(Findings()["ledger"].finding(), HasSubstr("is being added up"));
  ASSERT_THAT(audit_.Step(), IsOk());
  for (const char* table : {"COUNT(*) FROM delivery GROUP", "SUM(matched)"}) {
    ledger_database_.Inject({.fragment = table, .status = absl::InternalError("a scan")});
  }
  EXPECT_THAT(Findings()["ledger"].finding(), HasSubstr("balances: 0 matched"));
  EXPECT_EQ(ledger_database_.pending(), 2u);
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
