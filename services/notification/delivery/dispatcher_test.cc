#include "services/notification/delivery/dispatcher.h"

#include "services/notification/delivery/testing/dispatcher_fixture.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DispatcherTest : public DispatcherFixture {};
INSTANTIATE_TEST_SUITE_P(Both, DispatcherTest, sql::kBothDatabases, sql::DialectName);

TEST_P(DispatcherTest, HandsOverWhatTheLedgerHadPendingAtTheStart) {
  AddWebhook("w");
  const PendingDelivery delivery = Put("w");
  Start();
  EXPECT_TRUE(WaitFor(delivery, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_THAT(channel_->sent(), ElementsAre(delivery.name));
}

TEST_P(DispatcherTest, HandsOverWhatIsOfferedToIt) {
  AddWebhook("w");
  Start();
  const PendingDelivery delivery = Put("w");
  dispatcher_->Offer({delivery});
  EXPECT_TRUE(WaitFor(delivery, v1::Delivery::STATE_DELIVERED, 1));
}

TEST_P(DispatcherTest, TriesAgainBySchedule) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, {Wait{.reason = "HTTP 500", .http_status = 500}});
  const PendingDelivery delivery = Put("w");
  Start();
  ASSERT_TRUE(WaitFor(delivery, v1::Delivery::STATE_PENDING, 1));
  EXPECT_EQ(Get(delivery).reason(), "HTTP 500");
  store_.clock.Advance(absl::Seconds(6));
  EXPECT_TRUE(WaitFor(delivery, v1::Delivery::STATE_DELIVERED, 2));
}

TEST_P(DispatcherTest, KeepsTheOrderOfARootThroughRetriesAndStepsPastADeadOne) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, {Wait{.reason = "HTTP 500"}, Dead{.reason = "broken"}});
  const PendingDelivery first = Put("w", "a");
  const PendingDelivery second = Put("w", "a");
  const PendingDelivery third = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitFor(first, v1::Delivery::STATE_PENDING, 1));
  EXPECT_EQ(Get(second).attempts(), 0);
  store_.clock.Advance(absl::Seconds(6));
  ASSERT_TRUE(WaitFor(third, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_EQ(Get(first).state(), v1::Delivery::STATE_DEAD);
  EXPECT_EQ(Get(first).reason(), "broken");
  EXPECT_THAT(channel_->sent(), ElementsAre(first.name, first.name, second.name, third.name));
}

TEST_P(DispatcherTest, WhatAWithdrawnGrantShowedIsSuppressedWhileItWaits) {
  ReadWhole(*store_.grants, store_.clock, {GrantTo("corp:x", "programmes/p")});
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, {Wait{.reason = "HTTP 500", .http_status = 500}});
  const PendingDelivery draft = PutDraft("w");
  Start();
  ASSERT_TRUE(WaitFor(draft, v1::Delivery::STATE_PENDING, 1));
  ReadOn(*store_.grants, Withdrawn("grants/a", 2));
  EXPECT_TRUE(WaitFor(draft, v1::Delivery::STATE_SUPPRESSED, 1));
  EXPECT_EQ(Get(draft).reason(), "audience: the subscriber may not see the resource");
  const PendingDelivery open = Put("w");
  dispatcher_->Offer({open});
  store_.clock.Advance(absl::Seconds(6));
  EXPECT_TRUE(WaitFor(open, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_THAT(channel_->sent(), ElementsAre(draft.name, open.name));
}

TEST_P(DispatcherTest, WhatIsNotPublicIsHeldWhileGrantsAreOldAndWhatIsPublicGoesOn) {
  ReadWhole(*store_.grants, store_.clock, {GrantTo("corp:x", "programmes/p")});
  AddWebhook("w");
  store_.clock.Advance(absl::Seconds(11));
  const PendingDelivery draft = PutDraft("w");
  const PendingDelivery open = Put("w");
  Start();
  EXPECT_TRUE(WaitFor(open, v1::Delivery::STATE_DELIVERED, 1));
  ASSERT_TRUE(WaitFor(draft, v1::Delivery::STATE_PENDING, 0));
  EXPECT_TRUE(Eventually([&] { return Said(draft).starts_with("grants: "); }));
  EXPECT_TRUE(Shows("clusterwire_delivery_held 1"));
  store_.grants->CaughtUp(store_.clock.Uptime());
  store_.clock.Advance(absl::Seconds(5));
  EXPECT_TRUE(WaitFor(draft, v1::Delivery::STATE_DELIVERED, 1));
}

TEST_P(DispatcherTest, ASlowEndpointHoldsOnlyItself) {
  const std::string slow = AddWebhook("slow");
  AddWebhook("quick");
  channel_->Hold(slow);
  for (int i = 0; i < 40; ++i) Put("slow", absl::StrCat("c", i));
  const PendingDelivery quick = Put("quick");
  Start();
  EXPECT_TRUE(WaitFor(quick, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_EQ(channel_->sent().size(), 5u);  // 4 of the slow one's, and the quick one's
  channel_->ReleaseAll();
  EXPECT_TRUE(channel_->WaitForSent(41));
}

TEST_P(DispatcherTest, WhatAGateDropsIsSuppressedWithoutATry) {
  AddWebhook("w");
  const PendingDelivery delivery = Put("w");
  v1::DeleteSubscriptionRequest request;
  request.set_name("subscribers/x/subscriptions/w");
  ASSERT_THAT(store_.subscriptions->Delete(AsOperator(), request.name(), ""), IsOk());
  store_.CatchUp();
  Start();
  ASSERT_TRUE(WaitFor(delivery, v1::Delivery::STATE_SUPPRESSED, 0));
  EXPECT_EQ(Get(delivery).reason(), "wanted: the subscription was deleted or paused");
  EXPECT_THAT(channel_->sent(), IsEmpty());
}

TEST_P(DispatcherTest, WhoeverTakesANameThatBecameFreeGetsNothingOfItsFormerOwner) {
  const std::string endpoint = AddWebhook("w");
  const KeptRecord record = MakeRecord("clusters/a", ++revision_);
  PendingDelivery old = MakeDelivery(record, "subscribers/x/subscriptions/w");
  old.endpoint = endpoint;
  old.subscription_made = WhenMade(store_.interests->Find(old.subscription)->subscription);
  Keep(record, {old});

  v1::DeleteSubscriberRequest request;
  request.set_name("subscribers/x");
  ASSERT_THAT(store_.subscribers->Delete(AsOperator(), request.name(), ""), IsOk());
  store_.clock.Advance(absl::Seconds(1));
  store_.AddSubscriber("x");
  AddWebhook("w");
  Start();
  ASSERT_TRUE(WaitFor(old, v1::Delivery::STATE_SUPPRESSED, 0));
  EXPECT_EQ(Get(old).reason(), "wanted: the subscription was deleted and made anew");
}

TEST_P(DispatcherTest, AClockThatIsSetBackStopsNothing) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, {Wait{.reason = "HTTP 500", .http_status = 500}});
  const PendingDelivery retried = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitFor(retried, v1::Delivery::STATE_PENDING, 1));
  store_.clock.Set(store_.clock.Now() - absl::Hours(2));
  const PendingDelivery fresh = Put("w", "b");
  dispatcher_->Offer({fresh});
  EXPECT_TRUE(WaitFor(fresh, v1::Delivery::STATE_DELIVERED, 1));
  store_.clock.Advance(absl::Seconds(6));
  EXPECT_TRUE(WaitFor(retried, v1::Delivery::STATE_DELIVERED, 2));
  const PendingDelivery stray = Put("w", "c");  // found by the sweep, a minute later
  store_.clock.Advance(absl::Minutes(1));
  EXPECT_TRUE(WaitFor(stray, v1::Delivery::STATE_DELIVERED, 1));
}

TEST_P(DispatcherTest, AClockThatIsSetBackStopsNothingOverARestart) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, {Wait{.reason = "HTTP 500", .http_status = 500}});
  const PendingDelivery retried = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitFor(retried, v1::Delivery::STATE_PENDING, 1));
  dispatcher_.reset();
  const PendingDelivery fresh = Put("w", "b");
  store_.clock.Set(store_.clock.Now() - absl::Hours(2));
  Start();
  EXPECT_TRUE(WaitFor(fresh, v1::Delivery::STATE_DELIVERED, 1));
  store_.clock.Advance(absl::Seconds(6));
  EXPECT_TRUE(WaitFor(retried, v1::Delivery::STATE_DELIVERED, 2));
}

TEST_P(DispatcherTest, AResultThatTheDatabaseCantHoldKeepsNoOtherFromBeingWrittenDown) {
  AddWebhook("w");
  const PendingDelivery bad = Put("w", "a");
  const PendingDelivery good = Put("w", "b");
  // In the batch, by itself, and no more once its words are left out.
  for (int i = 0; i < 2; ++i) {
    faulty_.Inject(
        {.fragment = "INSERT INTO attempt", .status = absl::InvalidArgumentError("not UTF-8")});
  }
  Start();
  EXPECT_TRUE(Eventually([&] {
    return Get(bad).state() != v1::Delivery::STATE_PENDING &&
           Get(good).state() != v1::Delivery::STATE_PENDING;
  }));
  EXPECT_EQ((Get(bad).state() == v1::Delivery::STATE_DEAD) +
                (Get(good).state() == v1::Delivery::STATE_DEAD),
            1);
}

TEST_P(DispatcherTest, AResultThatCantBeRecordedIsKeptAndNothingIsSentTwice) {
  AddWebhook("w");
  const PendingDelivery delivery = Put("w");
  faulty_.Inject({.fragment = "WITH result(", .status = absl::UnavailableError("away")});
  Start();
  ASSERT_TRUE(channel_->WaitForSent(1));
  const absl::Time deadline = Clock::System().Now() + kPatience;
  Wakeup never;
  while (Get(delivery).state() == v1::Delivery::STATE_PENDING && Clock::System().Now() < deadline) {
    store_.clock.Advance(absl::Seconds(1));
    never.WaitFor(absl::Milliseconds(5));
  }
  EXPECT_EQ(Get(delivery).state(), v1::Delivery::STATE_DELIVERED);
  EXPECT_EQ(channel_->sent().size(), 1u);
}

TEST_P(DispatcherTest, KilledAfterSendingItSendsTheSameIdAgain) {
  AddWebhook("w");
  const PendingDelivery delivery = Put("w");
  // The record of the try never succeeds in this life.
  for (int i = 0; i < 50; ++i) {
    faulty_.Inject({.fragment = "WITH result(", .status = absl::UnavailableError("killed")});
  }
  Start();
  ASSERT_TRUE(channel_->WaitForSent(1));
  dispatcher_.reset();
  EXPECT_EQ(Get(delivery).state(), v1::Delivery::STATE_PENDING);
  faulty_ledger_ = *Ledger::Open(*database_);  // the database is back
  Start();
  EXPECT_TRUE(WaitFor(delivery, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_THAT(channel_->sent(), ElementsAre(delivery.name, delivery.name));
}

TEST_P(DispatcherTest, ARecordThatCantBeReadIsDeadAndTheOthersGoOn) {
  AddWebhook("w");
  const PendingDelivery broken = Put("w", "a");
  const PendingDelivery behind = Put("w", "a");
  const PendingDelivery beside = Put("w", "b");
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return connection.Execute("UPDATE record SET payload = $2 WHERE id = $1",
                              {broken.change_id, sql::Bytes{"\xff\xff"}});
  }),
              IsOk());
  Start();
  ASSERT_TRUE(WaitFor(broken, v1::Delivery::STATE_DEAD, 0));
  EXPECT_EQ(Get(broken).reason(), "the kept record of the change can't be read");
  EXPECT_TRUE(WaitFor(beside, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_TRUE(WaitFor(behind, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_TRUE(Shows("{outcome=\"dead\"} 1"));
}

TEST_P(DispatcherTest, MoreThanFitsIntoMemoryIsDeliveredInOrder) {
  AddWebhook("w");
  std::vector<std::string> expected;
  for (int i = 0; i < 25; ++i) expected.push_back(Put("w", "a").name);
  Start({.queue = {.loaded_per_endpoint = 4}});
  ASSERT_TRUE(channel_->WaitForSent(25));
  EXPECT_EQ(channel_->sent(), expected);
}

TEST_P(DispatcherTest, AnOfferThatComesAfterTheSweepSentItIsNotSentAgain) {
  AddWebhook("w");
  const PendingDelivery late = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitFor(late, v1::Delivery::STATE_DELIVERED, 1));
  const PendingDelivery next = Put("w", "a");
  dispatcher_->Offer({late, next});
  ASSERT_TRUE(WaitFor(next, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_THAT(channel_->sent(), ElementsAre(late.name, next.name));
}

TEST_P(DispatcherTest, WhatWasNeverOfferedIsFoundByTheSweep) {
  AddWebhook("w");
  Start();
  const PendingDelivery delivery = Put("w");
  dispatcher_->Reload();
  EXPECT_TRUE(WaitFor(delivery, v1::Delivery::STATE_DELIVERED, 1));
}

TEST_P(DispatcherTest, WhatIsPendingWaitsForTheEndOfAPauseAndGoesOutInItsOrder) {
  const std::string endpoint = AddWebhook("w");
  Pause(endpoint, true);
  const PendingDelivery first = Put("w", "a");
  const PendingDelivery second = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitForReason(first, "paused: subscribers/x/endpoints/w is paused"));
  store_.clock.Advance(absl::Hours(24));
  EXPECT_THAT(channel_->sent(), IsEmpty());
  Pause(endpoint, false);
  EXPECT_TRUE(WaitFor(second, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_THAT(channel_->sent(), ElementsAre(first.name, second.name));
}

TEST_P(DispatcherTest, WhatIsPendingWaitsForTheEndOfItsSubscribersPause) {
  AddWebhook("w");
  const auto pause = [&](bool paused) {
    ASSERT_THAT(store_.subscribers->SetPaused(AsOperator(), "subscribers/x", "", paused), IsOk());
    store_.CatchUp();
  };
  pause(true);
  const PendingDelivery delivery = Put("w");
  Start();
  ASSERT_TRUE(WaitForReason(delivery, "paused: subscribers/x is paused"));
  EXPECT_THAT(channel_->sent(), IsEmpty());
  pause(false);
  EXPECT_TRUE(WaitFor(delivery, v1::Delivery::STATE_DELIVERED, 1));
}

TEST_P(DispatcherTest, WhatHasWaitedForThirtyDaysOfAPauseIsSuppressed) {
  Pause(AddWebhook("w"), true);
  const PendingDelivery delivery = Put("w");
  Start();
  ASSERT_TRUE(WaitForReason(delivery, "paused: subscribers/x/endpoints/w is paused"));
  store_.clock.Advance(kLongestPause);
  ASSERT_TRUE(WaitFor(delivery, v1::Delivery::STATE_SUPPRESSED, 0));
  EXPECT_EQ(Get(delivery).reason(),
            "paused: subscribers/x/endpoints/w is paused, and it has waited for 30 days");
}

TEST_P(DispatcherTest, AnIndependentEndpointHoldsNothingBackBehindABadEvent) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, {Wait{.reason = "HTTP 500"}});
  const PendingDelivery first = Put("w", "a");
  const PendingDelivery second = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitFor(first, v1::Delivery::STATE_PENDING, 1));
  EXPECT_EQ(Get(second).attempts(), 0);
  v1::Endpoint change;
  change.set_name(endpoint);
  change.set_independent(true);
  google::protobuf::FieldMask mask;
  mask.add_paths("independent");
  channel_->Answer(endpoint, {Wait{.reason = "HTTP 500"}});
  ASSERT_THAT(store_.endpoints->Update(AsOperator(), change, mask), IsOk());
  store_.CatchUp();
  EXPECT_TRUE(WaitFor(second, v1::Delivery::STATE_DELIVERED, 1));
  ASSERT_TRUE(WaitFor(first, v1::Delivery::STATE_PENDING, 2));
  store_.clock.Advance(absl::Minutes(1));
  EXPECT_TRUE(WaitFor(first, v1::Delivery::STATE_DELIVERED, 3));
}

TEST_P(DispatcherTest, WhatComesNextSaysWhatWasGivenUpBeforeIt) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, {Dead{.reason = "no", .refused = true},
                              Dead{.reason = "no", .refused = true}, Wait{.reason = "HTTP 500"}});
  Put("w", "a");
  const PendingDelivery dead = Put("w", "a");
  const PendingDelivery next = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitFor(next, v1::Delivery::STATE_PENDING, 1));
  const PendingDelivery other = Put("w", "b");
  dispatcher_->Offer({other});
  ASSERT_TRUE(WaitFor(other, v1::Delivery::STATE_DELIVERED, 1));
  store_.clock.Advance(absl::Minutes(1));
  ASSERT_TRUE(WaitFor(next, v1::Delivery::STATE_DELIVERED, 2));
  const PendingDelivery last = Put("w", "a");
  dispatcher_->Offer({last});
  ASSERT_TRUE(WaitFor(last, v1::Delivery::STATE_DELIVERED, 1));
  for (const Gap& gap : channel_->gaps(next.name)) {
    EXPECT_EQ(gap.count, 2);
    EXPECT_EQ(gap.last, dead.name);
  }
  EXPECT_EQ(channel_->gaps(next.name).size(), 2u) << "each try says the same";
  EXPECT_EQ(channel_->gaps(last.name).at(0).count, 0);
  EXPECT_EQ(channel_->gaps(other.name).at(0).count, 0);
}

TEST_P(DispatcherTest, WhatIsBroughtBackIsMissingNoMore) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, {Dead{.reason = "no", .refused = true}});
  const PendingDelivery dead = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitFor(dead, v1::Delivery::STATE_DEAD, 1));
  ASSERT_THAT(dispatcher_->Redrive(dead.name), IsOk());
  ASSERT_TRUE(WaitFor(dead, v1::Delivery::STATE_DELIVERED, 2));
  const PendingDelivery next = Put("w", "a");
  dispatcher_->Offer({next});
  ASSERT_TRUE(WaitFor(next, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_EQ(channel_->gaps(next.name).at(0).count, 0);
}

TEST_P(DispatcherTest, APendingOneIsTriedNowWithWhatComesBeforeIt) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, {Wait{.reason = "HTTP 500"}});
  const PendingDelivery first = Put("w", "a");
  const PendingDelivery second = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitFor(first, v1::Delivery::STATE_PENDING, 1));
  ASSERT_THAT(dispatcher_->Retry(second.name), IsOk());
  EXPECT_TRUE(WaitFor(second, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_EQ(Get(first).attempts(), 2);
  EXPECT_THAT(dispatcher_->Retry(second.name), ReasonIs("DELIVERY_NOT_PENDING"));
  EXPECT_THAT(dispatcher_->Retry("deliveries/none"), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace clusterwire::notification
