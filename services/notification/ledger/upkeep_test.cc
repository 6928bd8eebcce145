#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/ledger/dead_records.h"
#include "services/notification/ledger/inbox.h"
#include "services/notification/ledger/purge.h"
#include "services/notification/ledger/testing/rows.h"

namespace clusterwire::notification {
namespace {

constexpr char kA[] = "subscribers/a/subscriptions/x";
constexpr char kB[] = "subscribers/b/subscriptions/x";
constexpr char kC[] = "subscribers/c/subscriptions/x";

class UpkeepTest : public LedgerTest {
 protected:
  void Put(const Record& record, const char* subscription, v1::Delivery::State state,
           std::string reason = "") {
    Settle({.delivery = DeliveryName(subscription, record.id),
            .state = state,
            .reason = std::move(reason),
            .time = record.received,
            .due = record.received});
  }
  v1::GetBalanceResponse All() {
    auto balance =
        ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
    EXPECT_THAT(balance, IsOk());
    return *std::move(balance);
  }
  int64_t Purge(absl::Time horizon) {
    auto purged = PurgeRecords(*ledger_, horizon, 100);
    EXPECT_THAT(purged, IsOk());
    return purged.value_or(-1);
  }
};
INSTANTIATE_TEST_SUITE_P(Both, UpkeepTest, sql::kBothDatabases, sql::DialectName);

TEST_P(UpkeepTest, EveryMatchIsAccountedFor) {
  const Record first = MakeRecord("clusters/a", 1);
  const Record second = MakeRecord("clusters/a", 2);
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

TEST_P(UpkeepTest, ALostRowShowsAsADifference) {
  const Record record = MakeRecord("clusters/a", 1);
  Keep(record, {MakeDelivery(record, kA), MakeDelivery(record, kB)});
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return connection.Execute("DELETE FROM delivery WHERE id = $1", {DeliveryName(kA, record.id)});
  }),
              IsOk());
  EXPECT_EQ(All().difference(), 1);
}

TEST_P(UpkeepTest, AnEmptyLedgerBalances) {
  EXPECT_EQ(All().matched(), 0);
  EXPECT_EQ(All().difference(), 0);
  EXPECT_THAT(
      ledger_->Read([](sql::Connection& connection) { return Balance(connection).Of("h:1:1"); }),
      StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(UpkeepTest, ARecordGoesWithAllItCausedButNeverWithOnePending) {
  const Record done = MakeRecord("clusters/a", 1);
  const Record waiting = MakeRecord("clusters/a", 2);
  const Record young = MakeRecord("clusters/a", 100);
  for (const Record& record : {done, waiting, young}) Keep(record, {MakeDelivery(record, kA)});
  Put(done, kA, v1::Delivery::STATE_DELIVERED);
  Put(young, kA, v1::Delivery::STATE_DELIVERED);
  EXPECT_EQ(Purge(young.received), 1);
  EXPECT_EQ(Purge(young.received), 0);
  std::vector<std::string> left;
  for (const v1::Delivery& delivery : List({})) left.push_back(delivery.change());
  EXPECT_THAT(left, testing::ElementsAre(young.id, waiting.id));
  EXPECT_EQ(All().difference(), 0);
}

TEST_P(UpkeepTest, ADeadRecordComesBackAsItCame) {
  const kafka::ReceivedMessage message{.from = {"changes.v1", 2},
                                       .offset = 42,
                                       .time = absl::FromUnixMillis(1'700'000'000'123),
                                       .key = "clusters/a",
                                       .value = std::string("\xff\0not protobuf", 14),
                                       .headers = {{"ce_id", "h:1:1"}, {"odd", "\xfe"}}};
  const absl::Time now = absl::FromUnixSeconds(1'700'000'001);
  for (int i = 0; i < 2; ++i) {
    ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
      return DeadRecords(connection).Add(message, absl::InvalidArgumentError("broken \xff"), now);
    }),
                IsOk());
  }
  const std::string name = DeadRecordName(message.from, message.offset);
  EXPECT_EQ(name, "deadRecords/changes.v1.2.42");
  const auto listed = ledger_->Read(
      [](sql::Connection& connection) { return DeadRecords(connection).List({}, 10); });
  ASSERT_THAT(listed, IsOk());
  ASSERT_THAT(*listed, testing::SizeIs(1));
  EXPECT_EQ(listed->at(0).name(), name);
  EXPECT_EQ(listed->at(0).value(), message.value);
  const auto loaded = ledger_->Read(
      [&](sql::Connection& connection) { return DeadRecords(connection).Load(name); });
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(loaded->key, message.key);
  EXPECT_EQ(loaded->value, message.value);
  EXPECT_EQ(loaded->headers, message.headers);
  EXPECT_EQ(loaded->time, message.time);
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return DeadRecords(connection).Remove(name);
  }),
              IsOk());
  EXPECT_THAT(ledger_->Read(
                  [&](sql::Connection& connection) { return DeadRecords(connection).Load(name); }),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(UpkeepTest, DeadRecordsPageNewestFirst) {
  for (int64_t offset = 1; offset <= 5; ++offset) {
    ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
      return DeadRecords(connection)
          .Add({.from = {"t", 0},
                .offset = offset,
                .time = absl::InfinitePast(),
                .key = {},
                .value = std::string(100'000, 'x'),
                .headers = {}},
               absl::InvalidArgumentError("broken"), absl::FromUnixSeconds(1'700'000'000));
    }),
                IsOk());
  }
  std::vector<int64_t> offsets;
  std::optional<PageKey> after;
  while (true) {
    const auto page = ledger_->Read(
        [&](sql::Connection& connection) { return DeadRecords(connection).List(after, 2); });
    ASSERT_THAT(page, IsOk());
    if (page->empty()) break;
    for (const v1::DeadRecord& dead : *page) {
      offsets.push_back(dead.offset());
      EXPECT_EQ(dead.value().size(), 64u * 1024);
    }
    after = PageKeyOf(page->back());
  }
  EXPECT_THAT(offsets, testing::ElementsAre(5, 4, 3, 2, 1));
}

TEST_P(UpkeepTest, WhatIsNoDeadRecordsNameIsRefused) {
  for (const char* name : {"", "deadRecords/", "deadRecords/t", "deadRecords/t.1",
                           "deliveries/t.1.2", "deadRecords/t.x.2", "deadRecords/.1"}) {
    EXPECT_THAT(ledger_->Read([&](sql::Connection& connection) {
      return DeadRecords(connection).Load(name);
    }),
                HasFieldError("name"))
        << name;
  }
}

}  // namespace
}  // namespace clusterwire::notification
