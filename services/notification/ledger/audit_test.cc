#include "services/notification/ledger/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/sql/testing/faulty_database.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/ledger/testing/rows.h"

namespace clusterwire::notification {
namespace {

constexpr char kA[] = "subscribers/a/subscriptions/x";
constexpr char kB[] = "subscribers/b/subscriptions/x";

class AuditTest : public LedgerTest {
 protected:
  // Steps until a round is over; how many steps it took.
  int Round(Audit& audit) {
    for (int steps = 1; steps < 100; ++steps) {
      const auto last = audit.Step();
      EXPECT_THAT(last, IsOk());
      if (!last.ok() || *last) return steps;
    }
    return -1;
  }
};
INSTANTIATE_TEST_SUITE_P(Both, AuditTest, sql::kBothDatabases, sql::DialectName);

TEST_P(AuditTest, ARoundOfSmallStepsFindsWhatOneLookWould) {
  Audit audit(*ledger_, {.records = 2, .deliveries = 3});
  EXPECT_EQ(audit.result(), std::nullopt);
  for (int i = 1; i <= 7; ++i) {
    const KeptRecord record = MakeRecord("clusters/a", i);
    Keep(record, {MakeDelivery(record, kA), MakeDelivery(record, kB)});
    SetResult({.delivery = DeliveryName(kA, record.id),
               .state = i % 2 == 0 ? v1::Delivery::STATE_DELIVERED : v1::Delivery::STATE_SUPPRESSED,
               .reason = i % 2 == 0 ? "" : "wanted: paused",
               .time = record.received});
  }
  EXPECT_EQ(Round(audit), 8) << "each record takes a step: two have more than three deliveries";
  const auto all =
      ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
  EXPECT_EQ(audit.result()->DebugString(), all->DebugString());
  EXPECT_EQ(audit.result()->suppressed_by_reason().at("wanted: paused"), 4);
}

TEST_P(AuditTest, ALostRowShowsOnceTheRoundIsOverAndIsGoneOnceItIsBack) {
  Audit audit(*ledger_, {.records = 2});
  std::vector<KeptRecord> records;
  for (int i = 1; i <= 5; ++i) {
    records.push_back(MakeRecord("clusters/a", i));
    Keep(records.back(), {MakeDelivery(records.back(), kA)});
  }
  Round(audit);
  EXPECT_EQ(audit.result()->difference(), 0);
  const auto set_state = [&](int state) {
    return ledger_->Write([&](sql::Connection& connection) {
      return connection.Execute("UPDATE delivery SET state = $2 WHERE id = $1",
                                {DeliveryName(kA, records[3].id), state});
    });
  };
  ASSERT_THAT(set_state(99), IsOk());
  Round(audit);
  EXPECT_EQ(audit.result()->difference(), 1);
  ASSERT_THAT(set_state(1), IsOk());
  Round(audit);
  EXPECT_EQ(audit.result()->difference(), 0);
}

TEST_P(AuditTest, AStepThatFailsIsTakenAgain) {
  sql::FaultyDatabase faulty(*database_);
  const auto ledger = *Ledger::Open(faulty);
  Audit audit(*ledger, {.records = 1});
  for (int i = 1; i <= 3; ++i) {
    const KeptRecord record = MakeRecord("clusters/a", i);
    Keep(record, {MakeDelivery(record, kA)});
  }
  ASSERT_THAT(audit.Step(), IsOk());
  faulty.Inject({.fragment = "FROM record r JOIN", .status = absl::UnavailableError("away")});
  EXPECT_THAT(audit.Step(), StatusIs(absl::StatusCode::kUnavailable));
  Round(audit);
  EXPECT_EQ(audit.result()->matched(), 3);
  EXPECT_EQ(audit.result()->pending(), 3);
}

TEST_P(AuditTest, AnEmptyLedgerBalances) {
  Audit audit(*ledger_);
  EXPECT_EQ(Round(audit), 1);
  EXPECT_EQ(audit.result()->difference(), 0);
}

}  // namespace
}  // namespace clusterwire::notification
