#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/ledger/testing/rows.h"

namespace clusterwire::notification {
namespace {

constexpr char kA[] = "subscribers/a/subscriptions/x";
constexpr char kB[] = "subscribers/b/subscriptions/x";
constexpr char kC[] = "subscribers/c/subscriptions/x";

class LedgerMaintenanceTest : public LedgerTest {
 protected:
  void Put(const KeptRecord& record, const char* subscription, v1::Delivery::State state,
           std::string reason = "") {
    SetResult({.delivery = DeliveryName(subscription, record.id),
               .state = state,
               .reason = std::move(reason),
               .time = record.received});
  }
  v1::GetBalanceResponse All() {
    auto balance =
        ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
    EXPECT_THAT(balance, IsOk());
    return *std::move(balance);
  }
  int64_t Purge(absl::Time horizon) {
    auto purged = ledger_->Write(
        [&](sql::Connection& connection) { return Records(connection).Purge(horizon, 100); });
    EXPECT_THAT(purged, IsOk());
    return purged.value_or(-1);
  }
};
INSTANTIATE_TEST_SUITE_P(Both, LedgerMaintenanceTest, sql::kBothDatabases, sql::DialectName);

TEST_P(LedgerMaintenanceTest, EveryMatchIsAccountedFor) {
  const KeptRecord first = MakeRecord("clusters/a", 1);
  const KeptRecord second = MakeRecord("clusters/a", 2);
  Keep(first, {MakeDelivery(first, kA), MakeDelivery(first, kB), MakeDelivery(first, kC)});
  Keep(second, {MakeDelivery(second, kA)});
  Put(first, kA, v1::Delivery::STATE_DELIVERED);
  Put(first, kB, v1::Delivery::STATE_SUPPRESSED, "wanted: paused");
  Put(second, kA, v1::Delivery::STATE_DEAD, "HTTP 410");
  const v1::GetBalanceResponse all = All();
  EXPECT_EQ(all.matched(), 4);
  EXPECT_EQ(all.delivered(), 1);
  EXPECT_EQ(all.pending(), 1);
  EXPECT_EQ(all.suppressed(), 1);
  EXPECT_EQ(all.dead(), 1);
  EXPECT_EQ(all.difference(), 0);
  EXPECT_EQ(all.suppressed_by_reason().at("wanted: paused"), 1);
  const auto one =
      ledger_->Read([&](sql::Connection& connection) { return Balance(connection).Of(second.id); });
  ASSERT_THAT(one, IsOk());
  EXPECT_EQ(one->matched(), 1);
  EXPECT_EQ(one->dead(), 1);
  EXPECT_EQ(one->difference(), 0);
}

TEST_P(LedgerMaintenanceTest, ALostRowShowsAsADifference) {
  const KeptRecord record = MakeRecord("clusters/a", 1);
  Keep(record, {MakeDelivery(record, kA), MakeDelivery(record, kB)});
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return connection.Execute("DELETE FROM delivery WHERE id = $1", {DeliveryName(kA, record.id)});
  }),
              IsOk());
  EXPECT_EQ(All().difference(), 1);
}

TEST_P(LedgerMaintenanceTest, AnEmptyLedgerBalances) {
  EXPECT_EQ(All().matched(), 0);
  EXPECT_EQ(All().difference(), 0);
  EXPECT_THAT(
      ledger_->Read([](sql::Connection& connection) { return Balance(connection).Of("h:1:1"); }),
      StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(LedgerMaintenanceTest, ARecordGoesWithAllItCausedButNeverWithOnePending) {
  const KeptRecord done = MakeRecord("clusters/a", 1);
  const KeptRecord waiting = MakeRecord("clusters/a", 2);
  const KeptRecord young = MakeRecord("clusters/a", 100);
  for (const KeptRecord& record : {done, waiting, young}) Keep(record, {MakeDelivery(record, kA)});
  Put(done, kA, v1::Delivery::STATE_DELIVERED);
  Put(young, kA, v1::Delivery::STATE_DELIVERED);
  EXPECT_EQ(Purge(young.received), 1);
  EXPECT_EQ(Purge(young.received), 0);
  std::vector<std::string> left;
  for (const v1::Delivery& delivery : List({})) left.push_back(delivery.change());
  EXPECT_THAT(left, testing::ElementsAre(young.id, waiting.id));
  EXPECT_EQ(All().difference(), 0);
}

TEST_P(LedgerMaintenanceTest, WhatWasPurgedIsNotTakenForNewWhenItComesAgain) {
  const KeptRecord old = MakeRecord("clusters/a", 5);
  const KeptRecord later = MakeRecord("clusters/b", 6);
  Keep(old, {MakeDelivery(old, kA)});
  Put(old, kA, v1::Delivery::STATE_DELIVERED);
  ASSERT_EQ(Purge(later.received), 1);
  const auto keep = [&](const KeptRecord& record) {
    return *ledger_->Write(
        [&](sql::Connection& connection) { return Records(connection).Keep(record); });
  };
  const auto again = keep(old);
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->closed);
  EXPECT_EQ(All().matched(), 0);
  EXPECT_TRUE(keep(MakeRecord("clusters/c", 4)).has_value()) << "as old as that";
  EXPECT_FALSE(keep(later).has_value()) << "newer ones are told";
  KeptRecord other = MakeRecord("clusters/c", 4);
  other.change.set_history_id("another");
  other.id = "another:4:1";
  EXPECT_FALSE(keep(other).has_value()) << "and so is another history";
}

// A purge and what makes a delivery of an old record pending again, at the same time: either the
// record is gone with all of it, or it stays.
TEST_P(LedgerMaintenanceTest, ARecordIsNotPurgedFromUnderWhatIsBroughtBack) {
  constexpr int kRounds = 30;
  for (int round = 1; round <= kRounds; ++round) {
    const KeptRecord record = MakeRecord("clusters/a", round);
    const PendingDelivery delivery = MakeDelivery(record, kA);
    Keep(record, {delivery});
    Put(record, kA, v1::Delivery::STATE_DEAD, "no");
    absl::Status redriven;
    std::thread redrive([&] {
      redriven = ledger_->Write([&](sql::Connection& connection) {
        return Deliveries(connection).Redrive(delivery.name, record.received);
      });
    });
    Purge(record.received + absl::Seconds(1));
    redrive.join();
    const std::vector<v1::Delivery> left = List({});
    if (redriven.ok()) {
      ASSERT_EQ(left.size(), 1u) << "round " << round;
      EXPECT_EQ(left[0].state(), v1::Delivery::STATE_PENDING);
      Put(record, kA, v1::Delivery::STATE_DELIVERED);
      EXPECT_EQ(Purge(record.received + absl::Seconds(1)), 1);
    } else {
      EXPECT_THAT(redriven, StatusIs(absl::StatusCode::kNotFound));
      EXPECT_EQ(left.size(), 0u) << "round " << round;
    }
    EXPECT_EQ(All().difference(), 0);
  }
}

}  // namespace
}  // namespace clusterwire::notification
