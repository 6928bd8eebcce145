#include "services/notification/ledger/deliveries/deliveries.h"

#include <set>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/ledger/testing/rows.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;

constexpr char kA[] = "subscribers/a/subscriptions/x";
constexpr char kB[] = "subscribers/b/subscriptions/x";
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000) + absl::Hours(1);

class DeliveriesTest : public LedgerTest {
 protected:
  std::vector<PendingDelivery> Pending(std::string_view endpoint, absl::Time now = kNow) {
    auto pending = ledger_->Read([&](sql::Connection& connection) {
      return Deliveries(connection).Pending(endpoint, 100, now);
    });
    EXPECT_THAT(pending, IsOk());
    return *std::move(pending);
  }
  static DeliveryResult Failed(const PendingDelivery& delivery, int number,
                               absl::Duration pause = absl::ZeroDuration()) {
    v1::Attempt attempt;
    attempt.set_number(number);
    attempt.set_outcome("retry");
    attempt.set_http_status(503);
    return {.delivery = delivery.name,
            .state = v1::Delivery::STATE_PENDING,
            .reason = "HTTP 503",
            .time = delivery.created,
            .pause = pause,
            .attempt = attempt};
  }
};
INSTANTIATE_TEST_SUITE_P(Both, DeliveriesTest, sql::kBothDatabases, sql::DialectName);

TEST(DeliveryNameTest, DependsOnSubscriptionAndChangeAlone) {
  EXPECT_EQ(DeliveryName(kA, "h:1:1"), DeliveryName(kA, "h:1:1"));
  EXPECT_NE(DeliveryName(kA, "h:1:1"), DeliveryName(kB, "h:1:1"));
  EXPECT_NE(DeliveryName(kA, "h:1:1"), DeliveryName(kA, "h:1:2"));
  // Stored by many: it must never change. sha256("a\nb"), its first 16 bytes.
  EXPECT_EQ(DeliveryName("a", "b"), "deliveries/7e18f737311b2dc3b2f269dd78396b03");
}

TEST_P(DeliveriesTest, InsertedAgainARowStaysAsItIs) {
  const KeptRecord record = MakeRecord("clusters/a", 1);
  const PendingDelivery delivery = MakeDelivery(record, kA);
  Keep(record, {delivery});
  SetResult(
      {.delivery = delivery.name, .state = v1::Delivery::STATE_DELIVERED, .time = record.received});
  Keep(record, {delivery});
  EXPECT_THAT(List({.state = v1::Delivery::STATE_DELIVERED}), testing::SizeIs(1));
  EXPECT_THAT(List({}), testing::SizeIs(1));
}

TEST_P(DeliveriesTest, StandsAsItsRowAndTheNewestRecordSay) {
  const auto standing_of = [&](const std::string& name) {
    return *ledger_->Read(
        [&](sql::Connection& connection) { return Deliveries(connection).StandingOf(name); });
  };
  const KeptRecord record = MakeRecord("clusters/a", 1);
  const PendingDelivery delivery = MakeDelivery(record, kA);
  Keep(record, {delivery});
  EXPECT_TRUE(standing_of(delivery.name).pending);
  EXPECT_EQ(standing_of(delivery.name).seen_by, "");
  change::v1::ResourceChanged hidden = record.change;
  hidden.mutable_after()->mutable_audience();
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return Records(connection).NoteNewest(hidden).status();
  }),
              IsOk());
  EXPECT_EQ(standing_of(delivery.name).seen_by, " ");
  SetResult(
      {.delivery = delivery.name, .state = v1::Delivery::STATE_DELIVERED, .time = record.received});
  EXPECT_FALSE(standing_of(delivery.name).pending);
  EXPECT_FALSE(standing_of("deliveries/purged").pending);
}

TEST_P(DeliveriesTest, MoreThanOneStatementsWorthIsInsertedWhole) {
  const KeptRecord record = MakeRecord("clusters/a", 1);
  std::vector<PendingDelivery> deliveries;
  for (int i = 0; i < 150; ++i) {
    deliveries.push_back(MakeDelivery(record, absl::StrCat("subscribers/a/subscriptions/s", i)));
  }
  Keep(record, deliveries);
  EXPECT_THAT(List({.limit = 1000}), testing::SizeIs(150));
}

TEST_P(DeliveriesTest, ADeliveryShowsWhatItIsAbout) {
  const KeptRecord record = MakeRecord("clusters/a", 1, "cluster.published");
  const PendingDelivery delivery = MakeDelivery(record, kA);
  Keep(record, {delivery});
  const auto shown = ledger_->Read(
      [&](sql::Connection& connection) { return Deliveries(connection).Get(delivery.name); });
  ASSERT_THAT(shown, IsOk());
  EXPECT_EQ(shown->subscription(), kA);
  EXPECT_EQ(shown->change(), record.id);
  EXPECT_EQ(shown->change_kind(), "cluster.published");
  EXPECT_EQ(shown->resource(), "clusters/a");
  EXPECT_EQ(shown->transition(), v1::TRANSITION_CHANGED);
  EXPECT_EQ(shown->state(), v1::Delivery::STATE_PENDING);
  EXPECT_EQ(shown->trace_id(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_TRUE(shown->has_next_attempt_time());
}

TEST_P(DeliveriesTest, PagesGoFromTheNewestToTheOldestWithoutRepeats) {
  std::set<std::string> expected;
  for (int revision = 1; revision <= 7; ++revision) {
    const KeptRecord record = MakeRecord("clusters/a", revision);
    Keep(record, {MakeDelivery(record, kA), MakeDelivery(record, kB)});
    expected.insert({DeliveryName(kA, record.id), DeliveryName(kB, record.id)});
  }
  DeliveryQuery query{.limit = 3};
  std::set<std::string> seen;
  std::string last_change = "h:8:1";
  while (true) {
    const std::vector<v1::Delivery> page = List(query);
    if (page.empty()) break;
    for (const v1::Delivery& delivery : page) {
      EXPECT_LE(delivery.change(), last_change);
      last_change = delivery.change();
      EXPECT_TRUE(seen.insert(delivery.name()).second);
    }
    query.after = PageKeyOf(page.back());
  }
  EXPECT_EQ(seen, expected);
}

TEST_P(DeliveriesTest, AListIsNarrowedByAnyOfItsConditions) {
  const KeptRecord first = MakeRecord("clusters/a", 1);
  const KeptRecord second = MakeRecord("clusters/b", 2);
  Keep(first, {MakeDelivery(first, kA), MakeDelivery(first, "subscribers/a1/subscriptions/x")});
  Keep(second, {MakeDelivery(second, kA), MakeDelivery(second, kB)});
  EXPECT_THAT(List({.parent = kA}), testing::SizeIs(2));
  EXPECT_THAT(List({.parent = "subscribers/a"}), testing::SizeIs(2));
  EXPECT_THAT(List({.change = second.id}), testing::SizeIs(2));
  EXPECT_THAT(List({.parent = kA, .resource = "clusters/b"}), testing::SizeIs(1));
  EXPECT_THAT(List({.state = v1::Delivery::STATE_DEAD}), testing::IsEmpty());
}

TEST_P(DeliveriesTest, WhatIsPendingComesOldestFirstForEachEndpoint) {
  const KeptRecord first = MakeRecord("clusters/a", 1);
  const KeptRecord second = MakeRecord("clusters/a", 2);
  Keep(second, {MakeDelivery(second, kA)});
  Keep(first, {MakeDelivery(first, kA), MakeDelivery(first, kB)});
  const std::vector<PendingDelivery> pending = Pending("subscribers/a/endpoints/inbox");
  ASSERT_THAT(pending, testing::SizeIs(2));
  EXPECT_EQ(pending[0].change_id, first.id);
  EXPECT_EQ(pending[1].change_id, second.id);
  EXPECT_EQ(pending[0].root, "clusters/a");
  const auto endpoints = ledger_->Read([](sql::Connection& connection) {
    return Deliveries(connection).EndpointsWithPending("", 10);
  });
  EXPECT_THAT(endpoints, IsOkAndHolds(ElementsAre("subscribers/a/endpoints/inbox",
                                                  "subscribers/b/endpoints/inbox")));
}

TEST_P(DeliveriesTest, ATryRecordedTwiceCountsOnce) {
  const KeptRecord record = MakeRecord("clusters/a", 1);
  const PendingDelivery delivery = MakeDelivery(record, kA);
  Keep(record, {delivery});
  SetResult(Failed(delivery, 1, absl::Minutes(5)));
  SetResult(Failed(delivery, 1, absl::Minutes(5)));
  const std::vector<PendingDelivery> pending =
      Pending(delivery.endpoint, record.received + absl::Minutes(2));
  ASSERT_THAT(pending, testing::SizeIs(1));
  EXPECT_EQ(pending[0].attempts, 1);
  EXPECT_EQ(pending[0].wait, absl::Minutes(3));
  const auto attempts = ledger_->Read(
      [&](sql::Connection& connection) { return Deliveries(connection).Attempts(delivery.name); });
  ASSERT_THAT(attempts, IsOk());
  ASSERT_THAT(*attempts, testing::SizeIs(1));
  EXPECT_EQ(attempts->at(0).http_status(), 503);
  EXPECT_EQ(attempts->at(0).outcome(), "retry");
}

TEST_P(DeliveriesTest, WhatHasItsResultKeepsIt) {
  const KeptRecord record = MakeRecord("clusters/a", 1);
  const PendingDelivery delivery = MakeDelivery(record, kA);
  Keep(record, {delivery});
  SetResult({.delivery = delivery.name,
             .state = v1::Delivery::STATE_SUPPRESSED,
             .reason = "wanted: paused",
             .time = record.received});
  SetResult(Failed(delivery, 1));
  EXPECT_THAT(List({.state = v1::Delivery::STATE_SUPPRESSED}), testing::SizeIs(1));
  EXPECT_THAT(Pending(delivery.endpoint), testing::IsEmpty());
}

TEST_P(DeliveriesTest, AttemptsOfAnUnknownDeliveryAreNotFound) {
  EXPECT_THAT(ledger_->Read([](sql::Connection& connection) {
    return Deliveries(connection).Attempts("deliveries/none");
  }),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(DeliveriesTest, AClockThatWasSetBackStretchesNoWait) {
  const KeptRecord record = MakeRecord("clusters/a", 1);
  const PendingDelivery delivery = MakeDelivery(record, kA);
  Keep(record, {delivery});
  EXPECT_EQ(Pending(delivery.endpoint, record.received - absl::Hours(1)).at(0).wait,
            absl::ZeroDuration());
  SetResult(Failed(delivery, 1, absl::Minutes(5)));
  EXPECT_EQ(Pending(delivery.endpoint, record.received - absl::Hours(1)).at(0).wait,
            absl::Minutes(5));
  EXPECT_EQ(Pending(delivery.endpoint, record.received + absl::Hours(1)).at(0).wait,
            absl::ZeroDuration());
}

TEST_P(DeliveriesTest, TheOrderIsTheSequenceWhateverTheClockSaid) {
  const KeptRecord first = MakeRecord("clusters/a", 1);
  const KeptRecord second = MakeRecord("clusters/a", 2);
  PendingDelivery early = MakeDelivery(first, kA);
  PendingDelivery late = MakeDelivery(second, kA);
  late.created = early.created - absl::Hours(1);
  Keep(second, {late});
  Keep(first, {early});
  const std::vector<PendingDelivery> pending = Pending(early.endpoint);
  ASSERT_THAT(pending, testing::SizeIs(2));
  EXPECT_EQ(pending[0].name, early.name);
  EXPECT_EQ(List({}).at(0).name(), late.name);
  EXPECT_THAT(ledger_->Read([](sql::Connection& connection) {
    return Deliveries(connection).LastSequence();
  }),
              IsOkAndHolds(late.sequence));
}

TEST_P(DeliveriesTest, RowsOfAReleaseWithoutASequenceKeepTheirOrderAndTheirTime) {
  const KeptRecord record = MakeRecord("clusters/a", 1);
  const PendingDelivery delivery = MakeDelivery(record, kA);
  Keep(record, {delivery});
  Downgrade(6,
            "ALTER TABLE record DROP COLUMN seen_by;"
            "ALTER TABLE newest_record DROP COLUMN seen_by;"
            "ALTER TABLE newest_record ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;"
            "ALTER TABLE delivery DROP COLUMN created;"
            "ALTER TABLE delivery DROP COLUMN tries_before;"
            "ALTER TABLE delivery RENAME COLUMN sequence TO created;");
  ASSERT_THAT(Ledger::Open(*database_), IsOk());
  const std::vector<PendingDelivery> pending = Pending(delivery.endpoint);
  ASSERT_THAT(pending, testing::SizeIs(1));
  EXPECT_EQ(pending[0].created, delivery.created);
  EXPECT_EQ(pending[0].sequence, delivery.sequence);
}

TEST_P(DeliveriesTest, WhatIsPendingUnderANameIsSuppressedAndNothingElse) {
  const auto suppress = [&](std::string_view name, int limit = 100) {
    return *ledger_->Write([&](sql::Connection& connection) {
      return Deliveries(connection).SuppressUnder(name, "gone", kNow, limit);
    });
  };
  std::vector<PendingDelivery> deliveries;
  const KeptRecord record = MakeRecord("clusters/a", 1);
  for (const char* subscription :
       {kA, kB, "subscribers/a/subscriptions/y", "subscribers/a1/subscriptions/x",
        "subscribers/a-b/subscriptions/x"}) {
    deliveries.push_back(MakeDelivery(record, subscription));
  }
  Keep(record, deliveries);
  SetResult({.delivery = deliveries[2].name,
             .state = v1::Delivery::STATE_DELIVERED,
             .time = record.received});
  EXPECT_EQ(suppress("subscribers/a"), 1);
  EXPECT_THAT(List({.state = v1::Delivery::STATE_PENDING}), testing::SizeIs(3));
  EXPECT_EQ(List({.state = v1::Delivery::STATE_SUPPRESSED}).at(0).reason(), "gone");
  EXPECT_EQ(suppress(kB), 1);
  EXPECT_EQ(suppress("subscribers/a1/endpoints/inbox"), 1);
  EXPECT_EQ(suppress("subscribers/a1"), 0);
}

TEST_P(DeliveriesTest, WhatIsPendingMovesToAnotherEndpointWithAllItsTries) {
  const KeptRecord record = MakeRecord("clusters/a", 1);
  const KeptRecord other = MakeRecord("clusters/b", 2);
  const PendingDelivery delivery = MakeDelivery(record, kA);
  const PendingDelivery under_way = MakeDelivery(other, kA);
  Keep(record, {delivery});
  Keep(other, {under_way});
  SetResult(Failed(delivery, 1, absl::Hours(5)));
  constexpr char kNew[] = "subscribers/a/endpoints/new";
  EXPECT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return Deliveries(connection).MoveTo(kNew, kA, {under_way.name}, kNow, 100);
  }),
              IsOkAndHolds(ElementsAre(delivery.endpoint)));
  const std::vector<PendingDelivery> moved = Pending(kNew);
  ASSERT_THAT(moved, testing::SizeIs(1));
  EXPECT_EQ(moved[0].wait, absl::ZeroDuration());
  EXPECT_EQ(moved[0].attempts, 1);
  EXPECT_EQ(moved[0].tries_before, 1);
  EXPECT_THAT(Pending(delivery.endpoint), testing::SizeIs(1));
}

TEST_P(DeliveriesTest, OnlyADeadOneIsBroughtBack) {
  const auto redrive = [&](const std::string& name) {
    return ledger_->Write(
        [&](sql::Connection& connection) { return Deliveries(connection).Redrive(name, kNow); });
  };
  const KeptRecord record = MakeRecord("clusters/a", 1);
  const PendingDelivery delivery = MakeDelivery(record, kA);
  Keep(record, {delivery});
  EXPECT_THAT(redrive(delivery.name), ReasonIs("DELIVERY_NOT_DEAD"));
  DeliveryResult dead = Failed(delivery, 3);
  dead.state = v1::Delivery::STATE_DEAD;
  SetResult(dead);
  EXPECT_THAT(redrive(delivery.name), IsOk());
  const std::vector<PendingDelivery> pending = Pending(delivery.endpoint);
  ASSERT_THAT(pending, testing::SizeIs(1));
  EXPECT_EQ(pending[0].attempts, 3);
  EXPECT_EQ(pending[0].tries_before, 3);
  EXPECT_THAT(redrive("deliveries/none"), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace clusterwire::notification
