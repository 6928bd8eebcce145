#include "services/notification/delivery/operating/replay.h"

#include "services/notification/delivery/testing/dispatcher_fixture.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/ledger/deliveries/replays.h"

namespace clusterwire::notification {
namespace {

class ReplayTest : public DispatcherFixture {
 protected:
  ReplayTest() {
    ReadWhole(*store_.grants, store_.clock);
    const std::string endpoint = store_.AddWebhook("subscribers/x", "w").name();
    v1::Subscription subscription;
    subscription.set_endpoint(endpoint);
    subscription.mutable_filter()->add_types("cluster");
    store_.AddSubscription("subscribers/x", "w", subscription);
    store_.CatchUp();
  }
  ReplayRequest Request() { return {.subscription = "subscribers/x/subscriptions/w"}; }
  ReplayDone Run(const ReplayRequest& request) {
    const auto done = Replay(*ledger_, *store_.interests, store_.clock, request);
    EXPECT_THAT(done, IsOk());
    return done.value_or(ReplayDone());
  }
  void End(const PendingDelivery& delivery, v1::Delivery::State state, const std::string& reason) {
    SetResult(
        {.delivery = delivery.name, .state = state, .reason = reason, .time = store_.clock.Now()});
  }
  void ExpectBalance(int64_t matched) {
    const auto balance =
        ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
    ASSERT_THAT(balance, IsOk());
    EXPECT_EQ(balance->matched(), matched);
    EXPECT_EQ(balance->difference(), 0);
  }
};
INSTANTIATE_TEST_SUITE_P(Both, ReplayTest, sql::kBothDatabases, sql::DialectName);

TEST_P(ReplayTest, WhatTwoCallsAddAtTheSameTimeMatchesOnce) {
  const KeptRecord record = MakeRecord("clusters/a", 1);
  Keep(record);
  PendingDelivery delivery = MakeDelivery(record, "subscribers/x/subscriptions/w");
  for (int call = 0; call < 2; ++call) {  // each has seen that it isn't there
    ASSERT_THAT(ledger_->Write(
                    [&](sql::Connection& connection) { return Replays(connection).Add(delivery); }),
                IsOk());
  }
  ExpectBalance(1);
}

TEST_P(ReplayTest, WhatWasGivenUpOrSuppressedIsSentAgainUnderItsIdAndTheRestOnlyIfAsked) {
  const PendingDelivery dead = Put("w", "a");
  const PendingDelivery suppressed = Put("w", "b");
  const PendingDelivery delivered = Put("w", "c");
  const PendingDelivery superseded = Put("w", "d");
  const PendingDelivery pending = Put("w", "e");
  End(dead, v1::Delivery::STATE_DEAD, "no");
  End(suppressed, v1::Delivery::STATE_SUPPRESSED, "enabled: the endpoint is switched off");
  End(delivered, v1::Delivery::STATE_DELIVERED, "");
  End(superseded, v1::Delivery::STATE_SUPPRESSED, "superseded");
  ReplayRequest request = Request();
  request.validate_only = true;
  EXPECT_EQ(Run(request).repeated, 2);
  EXPECT_EQ(Get(dead).state(), v1::Delivery::STATE_DEAD) << "a dry run changes nothing";
  request.validate_only = false;
  const ReplayDone done = Run(request);
  EXPECT_EQ(done.repeated, 2);
  EXPECT_EQ(done.left, 3);
  EXPECT_EQ(done.added, 0);
  EXPECT_TRUE(done.complete);
  EXPECT_EQ(Get(dead).state(), v1::Delivery::STATE_PENDING);
  EXPECT_EQ(Get(suppressed).state(), v1::Delivery::STATE_PENDING);
  EXPECT_EQ(Get(delivered).state(), v1::Delivery::STATE_DELIVERED);
  request.include_delivered = true;
  EXPECT_EQ(Run(request).repeated, 1);
  EXPECT_EQ(Get(delivered).state(), v1::Delivery::STATE_PENDING);
  Start();
  EXPECT_TRUE(WaitFor(delivered, v1::Delivery::STATE_DELIVERED, 1));
  ExpectBalance(5);
}

TEST_P(ReplayTest, WhatItHadNotHeardOfIsAddedAndCountsAsMatched) {
  for (int64_t i = 0; i < 250; ++i) Keep(MakeRecord("clusters/a", ++revision_));
  ReplayRequest request = Request();
  request.limit = 200;
  ReplayDone done = Run(request);
  EXPECT_EQ(done.added, 200);
  EXPECT_FALSE(done.complete);
  request.from = done.from;
  request.after = done.after;
  done = Run(request);
  EXPECT_EQ(done.added, 50);
  EXPECT_TRUE(done.complete);
  EXPECT_EQ(Run(Request()).added, 0) << "a repetition finds them there";
  ExpectBalance(250);
}

TEST_P(ReplayTest, OnlyWhatArrivedInTheTimeAndWhatItWants) {
  Keep(MakeRecord("clusters/a", 100));
  Keep(MakeRecord("clusters/a", 200));
  KeptRecord label = MakeRecord("clusters/a/labels/l", 201);
  label.change.mutable_after()->set_type("label");
  Keep(label);
  ReplayRequest request = Request();
  request.from = MakeRecord("clusters/a", 101).received;
  EXPECT_EQ(Run(request).added, 1);
  EXPECT_EQ(Run(request).seen, 2);
  request.from = absl::UnixEpoch();
  request.until = MakeRecord("clusters/a", 100).received;
  EXPECT_EQ(Run(request).changes, 0);
  ExpectBalance(1);
}

TEST_P(ReplayTest, WhatItsSubscriberMayNotSeeIsNotCounted) {
  KeptRecord hidden = MakeRecord("clusters/hidden", 100);
  hidden.change.mutable_after()->mutable_audience()->add_members("clusters/hidden");
  Keep(hidden);
  Keep(MakeRecord("clusters/a", 200));
  const ReplayDone done = Run(Request());
  EXPECT_EQ(done.changes, 2);
  EXPECT_EQ(done.seen, 1);
  EXPECT_EQ(done.added, 1);
}

TEST_P(ReplayTest, APausedSubscriptionSendsNothingAgain) {
  v1::Subscription paused;
  paused.set_name("subscribers/x/subscriptions/w");
  paused.set_state(v1::Subscription::STATE_PAUSED);
  ASSERT_THAT(store_.subscriptions->Update(AsOperator(), paused, {}), IsOk());
  EXPECT_THAT(Replay(*ledger_, *store_.interests, store_.clock, Request()),
              ReasonIs("SUBSCRIPTION_INACTIVE"));
}

}  // namespace
}  // namespace clusterwire::notification
