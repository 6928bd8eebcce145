#include "services/notification/delivery/operating/hold_keeper.h"

#include "services/notification/delivery/testing/dispatcher_fixture.h"
#include "services/notification/ledger/balance.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class HoldKeeperTest : public DispatcherFixture {
 protected:
  HoldKeeperTest() {
    AddWebhook("w");
    auto keeper = HoldKeeper::Start(*ledger_, *store_.interests, store_.clock, store_.random);
    EXPECT_THAT(keeper, IsOk());
    keeper_ = *std::move(keeper);
  }
  ~HoldKeeperTest() override { dispatcher_.reset(); }

  v1::Hold Hold(const std::string& kind, v1::Hold::AtEnd at_end = v1::Hold::AT_END_RELEASE) {
    v1::Hold hold;
    hold.set_change_kind(kind);
    hold.set_at_end(at_end);
    const auto made = keeper_->Create(hold, "corp:op", false);
    EXPECT_THAT(made, IsOk());
    return made.value_or(v1::Hold());
  }
  int64_t Difference() {
    const auto balance =
        ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
    EXPECT_THAT(balance, IsOk());
    return balance->difference();
  }
  // Pending, as its reason says by which hold.
  bool WaitForHold(const PendingDelivery& delivery, const v1::Hold& hold) {
    return Eventually([&] { return Get(delivery).reason().starts_with("held: " + hold.name()); });
  }

  std::unique_ptr<HoldKeeper> keeper_;
};
INSTANTIATE_TEST_SUITE_P(Both, HoldKeeperTest, sql::kBothDatabases, sql::DialectName);

TEST_P(HoldKeeperTest, WhatIsHeldWaitsAndGoesOutInItsOrderWhenItIsReleased) {
  const v1::Hold hold = Hold("cluster.updated");
  const PendingDelivery first = Put("w", "a");
  const PendingDelivery second = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitForHold(first, hold));
  EXPECT_THAT(Get(first).reason(), HasSubstr(" until "));
  const PendingDelivery later = Put("w", "b");
  dispatcher_->Offer({later});
  ASSERT_TRUE(WaitForHold(later, hold));
  EXPECT_THAT(channel_->sent(), IsEmpty());
  EXPECT_EQ(keeper_->Get(hold.name())->held(), 3);

  const auto released = keeper_->Release(hold.name(), false);
  ASSERT_THAT(released, IsOk());
  EXPECT_EQ(released->held(), 3);
  EXPECT_TRUE(WaitFor(second, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_TRUE(WaitFor(later, v1::Delivery::STATE_DELIVERED, 1));
  const std::vector<std::string> sent = channel_->sent();
  EXPECT_LT(std::ranges::find(sent, first.name), std::ranges::find(sent, second.name));
  EXPECT_THAT(keeper_->Get(hold.name()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(Difference(), 0);
}

TEST_P(HoldKeeperTest, WhatIsDiscardedIsSuppressedAndTheHoldEndsByItself) {
  const v1::Hold hold = Hold("cluster.updated");
  const PendingDelivery first = Put("w", "a");
  const PendingDelivery second = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitForHold(first, hold));
  EXPECT_EQ(keeper_->Discard(hold.name(), true)->held(), 2);
  EXPECT_THAT(keeper_->Get(hold.name()), IsOk()) << "a dry run changes nothing";
  ASSERT_THAT(keeper_->Discard(hold.name(), false), IsOk());
  EXPECT_TRUE(WaitFor(first, v1::Delivery::STATE_SUPPRESSED, 0));
  EXPECT_TRUE(WaitFor(second, v1::Delivery::STATE_SUPPRESSED, 0));
  EXPECT_EQ(Get(second).reason(), "discarded: " + hold.name());
  EXPECT_TRUE(Eventually([&] { return absl::IsNotFound(keeper_->Get(hold.name()).status()); }));
  const PendingDelivery third = Put("w", "a");
  dispatcher_->Offer({third});
  EXPECT_TRUE(WaitFor(third, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_EQ(Difference(), 0);
}

TEST_P(HoldKeeperTest, AtItsEndAHoldReleasesOrDiscardsAsItWasSaid) {
  const v1::Hold releases = Hold("cluster.updated");
  const PendingDelivery released = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitForHold(released, releases));
  store_.clock.Advance(absl::Hours(24));
  EXPECT_TRUE(WaitFor(released, v1::Delivery::STATE_DELIVERED, 1));
  const v1::Hold discards = Hold("cluster.updated", v1::Hold::AT_END_DISCARD);
  const PendingDelivery discarded = Put("w", "b");
  dispatcher_->Offer({discarded});
  ASSERT_TRUE(WaitForHold(discarded, discards));
  store_.clock.Advance(absl::Hours(24));
  EXPECT_TRUE(WaitFor(discarded, v1::Delivery::STATE_SUPPRESSED, 0));
  EXPECT_TRUE(Eventually([&] { return keeper_->List()->empty(); }));
}

TEST_P(HoldKeeperTest, WhatItDoesNotCoverGoesOut) {
  v1::Hold other;
  other.set_resource("clusters/b");
  ASSERT_THAT(keeper_->Create(other, "corp:op", false), IsOk());
  other.set_channel("inbox");
  other.set_resource("clusters/a");
  ASSERT_THAT(keeper_->Create(other, "corp:op", false), IsOk());
  const PendingDelivery a = Put("w", "a");
  const PendingDelivery b = Put("w", "b");
  Start();
  EXPECT_TRUE(WaitFor(a, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_TRUE(Eventually([&] { return Get(b).reason().starts_with("held: "); }));
  EXPECT_THAT(channel_->sent(), ElementsAre(a.name));
}

TEST_P(HoldKeeperTest, HoldsAreThereAfterARestartBeforeAnythingGoesOut) {
  const v1::Hold hold = Hold("cluster.updated");
  keeper_.reset();
  store_.interests->SetHolds({});
  auto again = HoldKeeper::Start(*ledger_, *store_.interests, store_.clock, store_.random);
  ASSERT_THAT(again, IsOk());
  keeper_ = *std::move(again);
  const PendingDelivery delivery = Put("w");
  Start();
  EXPECT_TRUE(WaitForHold(delivery, hold));
  EXPECT_THAT(channel_->sent(), IsEmpty());
}

TEST_P(HoldKeeperTest, AllThatIsWrongIsNamedAndNothingIsHeld) {
  v1::Hold hold;
  EXPECT_THAT(keeper_->Create(hold, "corp:op", false), HasFieldError("hold"));
  hold.set_channel("pigeon");
  hold.set_change_kind("label.award");
  hold.mutable_time_limit()->set_seconds(59);
  hold.set_note(std::string(201, 'n'));
  hold.set_at_end(static_cast<v1::Hold::AtEnd>(7));
  for (const char* field :
       {"hold.channel", "hold.change_kind", "hold.time_limit", "hold.note", "hold.at_end"}) {
    EXPECT_THAT(keeper_->Create(hold, "corp:op", false), HasFieldError(field));
  }
  EXPECT_THAT(*keeper_->List(), IsEmpty());
}

TEST_P(HoldKeeperTest, ADryRunSaysHowMuchWouldBeHeld) {
  Put("w", "a");
  Put("w", "b");
  v1::Hold hold;
  hold.set_channel("webhook");
  hold.set_resource("clusters/a");
  const auto tried = keeper_->Create(hold, "corp:op", true);
  ASSERT_THAT(tried, IsOk());
  EXPECT_EQ(tried->held(), 1);
  EXPECT_THAT(*keeper_->List(), IsEmpty());
}

TEST_P(HoldKeeperTest, ThereIsALimitToThem) {
  for (size_t i = 0; i < HoldKeeper::kMost; ++i) Hold("cluster.updated");
  v1::Hold hold;
  hold.set_change_kind("cluster.updated");
  EXPECT_THAT(keeper_->Create(hold, "corp:op", false), ReasonIs("TOO_MANY_HOLDS"));
}

}  // namespace
}  // namespace clusterwire::notification
