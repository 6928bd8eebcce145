#include "services/notification/ledger/deliveries/bundles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/ledger/testing/rows.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kMailbox[] = "subscribers/x/endpoints/mail";

class BundlesTest : public LedgerTest {
 protected:
  // A pending delivery of a change of its own for this subscription.
  PendingDelivery Put(const char* subscription) {
    const KeptRecord record = MakeRecord("clusters/a", ++revision_);
    PendingDelivery delivery =
        MakeDelivery(record, std::string("subscribers/x/subscriptions/") + subscription);
    delivery.endpoint = kMailbox;
    delivery.sequence = revision_;
    Keep(record, {delivery});
    return delivery;
  }
  template <typename Body>
  auto Write(const Body& body) {
    return ledger_->Write([&](sql::Connection& connection) {
      Bundles bundles(connection);
      return body(bundles);
    });
  }
  Bundle Begin(const PendingDelivery& carrier, const std::string& scope = "digest:s") {
    Bundle bundle{.id = carrier.name + "@1",
                  .scope = scope,
                  .mailbox = kMailbox,
                  .carrier = carrier.name,
                  .began = now_};
    EXPECT_THAT(Write([&](Bundles& bundles) { return bundles.Begin(bundle); }), IsOkAndHolds(true));
    return bundle;
  }
  void Carry(const Bundle& bundle, const PendingDelivery& delivery) {
    EXPECT_THAT(Write([&](Bundles& bundles) { return bundles.Carry(bundle, delivery.name); }),
                IsOk());
  }
  void Suppress(const PendingDelivery& delivery) {
    SetResult({.delivery = delivery.name,
               .state = v1::Delivery::STATE_SUPPRESSED,
               .reason = "wanted: gone",
               .time = now_});
  }
  bool Heal() {
    const auto healed = Write([&](Bundles& bundles) { return bundles.Heal("", now_); });
    EXPECT_THAT(healed, IsOk());
    return *healed;
  }
  std::vector<std::string> Loaded() {
    const auto pending = ledger_->Read([&](sql::Connection& connection) {
      return Deliveries(connection).Pending(kMailbox, 100, now_);
    });
    EXPECT_THAT(pending, IsOk());
    std::vector<std::string> names;
    for (const PendingDelivery& delivery : *pending) names.push_back(delivery.name);
    return names;
  }
  v1::Delivery Get(const PendingDelivery& delivery) {
    const auto got = ledger_->Read(
        [&](sql::Connection& connection) { return Deliveries(connection).Get(delivery.name); });
    EXPECT_THAT(got, IsOk());
    return *got;
  }
  void ExpectBalanced() {
    const auto balance =
        ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
    ASSERT_THAT(balance, IsOk());
    EXPECT_EQ(balance->difference(), 0);
  }

  int64_t revision_ = 0;
  const absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
};
INSTANTIATE_TEST_SUITE_P(Both, BundlesTest, sql::kBothDatabases, sql::DialectName);

TEST_P(BundlesTest, WhatIsCarriedIsPendingAndReadByNoQueue) {
  const PendingDelivery carrier = Put("s");
  const PendingDelivery carried = Put("s");
  Carry(Begin(carrier), carried);
  EXPECT_THAT(Loaded(), ElementsAre(carrier.name));
  EXPECT_EQ(Get(carried).state(), v1::Delivery::STATE_PENDING);
  EXPECT_EQ(Get(carried).carried_by(), carrier.name);
  EXPECT_EQ(Get(carrier).carried_by(), "");
  ExpectBalanced();
}

TEST_P(BundlesTest, OfEachScopeOneIsOpenAndEachWindowIsClosedOnce) {
  const Bundle first = Begin(Put("s"));
  const PendingDelivery other = Put("s");
  Bundle second{.id = other.name + "@1",
                .scope = "digest:s",
                .mailbox = kMailbox,
                .carrier = other.name,
                .began = now_};
  EXPECT_THAT(Write([&](Bundles& bundles) { return bundles.Begin(second); }), IsOkAndHolds(false));
  EXPECT_THAT(Write([&](Bundles& bundles) { return bundles.Close(first, now_, now_); }), IsOk());
  EXPECT_THAT(Write([&](Bundles& bundles) { return bundles.Begin(second); }), IsOkAndHolds(true));
  EXPECT_THAT(Write([&](Bundles& bundles) { return bundles.HasWindow("digest:s", now_); }),
              IsOkAndHolds(true));
  EXPECT_THAT(Write([&](Bundles& bundles) { return bundles.Close(second, now_, now_); }),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(
      Write([&](Bundles& bundles) { return bundles.Close(second, now_ + absl::Hours(24), now_); }),
      IsOk());
}

TEST_P(BundlesTest, AnotherTakesThePlaceOfACarrierThatIsGoneAndTheLastTakesItWithIt) {
  const PendingDelivery first = Put("s");
  const PendingDelivery second = Put("s");
  const PendingDelivery third = Put("s");
  const Bundle bundle = Begin(first);
  Carry(bundle, third);
  Carry(bundle, second);
  EXPECT_FALSE(Heal());
  Suppress(first);
  EXPECT_TRUE(Heal());
  EXPECT_THAT(Loaded(), ElementsAre(second.name));
  EXPECT_EQ(Get(third).carried_by(), second.name);
  Suppress(second);
  Suppress(third);
  EXPECT_TRUE(Heal());
  EXPECT_THAT(Loaded(), IsEmpty());
  EXPECT_FALSE(Heal());
  ExpectBalanced();
}

TEST_P(BundlesTest, WhatNothingCarriesAnyMoreGoesForItself) {
  const PendingDelivery carrier = Put("s");
  const PendingDelivery carried = Put("s");
  const Bundle bundle = Begin(carrier);
  Carry(bundle, carried);
  EXPECT_THAT(Write([&](Bundles& bundles) {
                return bundles.Settle(bundle.id, {},
                                      {.state = v1::Delivery::STATE_DEAD, .reason = "went with it"},
                                      now_);
              }),
              IsOk());
  EXPECT_EQ(Get(carried).state(), v1::Delivery::STATE_DEAD);
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return connection.Execute("UPDATE delivery SET state = 1, carried = 1 WHERE id = $1",
                              {carried.name});
  }),
              IsOk());
  EXPECT_TRUE(Heal());
  EXPECT_THAT(Loaded(), testing::Contains(carried.name));
}

TEST_P(BundlesTest, ADayTakesInWhatAnotherHasGathered) {
  const PendingDelivery one = Put("a");
  const PendingDelivery two = Put("b");
  const Bundle day = Begin(one, "day:m");
  const Bundle about = Begin(two, "about:m");
  EXPECT_THAT(Write([&](Bundles& bundles) {
                return bundles.Redirect(about, "day:m", now_ + absl::Hours(2));
              }),
              IsOk());
  EXPECT_EQ(Get(two).carried_by(), one.name);
  EXPECT_THAT(Write([&](Bundles& bundles) { return bundles.Dissolve(day, now_); }), IsOk());
  EXPECT_THAT(Loaded(), SizeIs(2));
}

TEST_P(BundlesTest, WhatEndsWithItsCarrierEndsAsIsSaid) {
  const PendingDelivery carrier = Put("s");
  const PendingDelivery told = Put("s");
  const PendingDelivery left_out = Put("s");
  const Bundle bundle = Begin(carrier);
  Carry(bundle, told);
  Carry(bundle, left_out);
  const CarriedEnd ends[] = {{.delivery = told.name, .reason = "in the mail"}};
  EXPECT_THAT(Write([&](Bundles& bundles) {
                return bundles.Settle(
                    bundle.id, ends,
                    {.state = v1::Delivery::STATE_SUPPRESSED, .reason = "digest: too many"}, now_);
              }),
              IsOk());
  EXPECT_EQ(Get(told).state(), v1::Delivery::STATE_DELIVERED);
  EXPECT_EQ(Get(left_out).state(), v1::Delivery::STATE_SUPPRESSED);
  EXPECT_EQ(Get(carrier).state(), v1::Delivery::STATE_PENDING);
  const auto balance =
      ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
  EXPECT_EQ(balance->suppressed_by_reason().at("digest"), 1) << "few reasons, however many mails";
}

}  // namespace
}  // namespace clusterwire::notification
