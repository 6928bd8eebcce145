// What receivers answer, what their owners do, and what becomes of what is pending.

#include "services/notification/channels/inbox/inbox_channel.h"
#include "services/notification/delivery/testing/dispatcher_fixture.h"
#include "services/notification/ledger/calendar/calendar_feeds.h"

namespace clusterwire::notification {
namespace {

class ReceiversTest : public DispatcherFixture {};
INSTANTIATE_TEST_SUITE_P(Both, ReceiversTest, sql::kBothDatabases, sql::DialectName);

TEST_P(ReceiversTest, GoneSwitchesTheEndpointOffAndTheRestIsSuppressed) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, {Dead{.reason = "HTTP 410", .disable_endpoint = true}});
  const PendingDelivery first = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitFor(first, v1::Delivery::STATE_DEAD, 1));
  ASSERT_TRUE(disabled_.WaitFor(kPatience));
  store_.CatchUp();
  const PendingDelivery second = Put("w", "a");
  dispatcher_->Offer({second});
  ASSERT_TRUE(WaitFor(second, v1::Delivery::STATE_SUPPRESSED, 0));
  EXPECT_EQ(Get(second).reason(), "enabled: the endpoint is switched off");
}

TEST_P(ReceiversTest, DaysOfNothingButFailureSwitchTheEndpointOff) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, std::deque<Outcome>(9, Wait{.reason = "HTTP 500"}));
  const PendingDelivery delivery = Put("w");
  Start({.schedule = EveryTenMinutes(), .disable_after = absl::Hours(1)});
  for (int attempt = 1; attempt <= 6; ++attempt) {
    ASSERT_TRUE(WaitFor(delivery, v1::Delivery::STATE_PENDING, attempt));
    EXPECT_FALSE(disabled_.Consume());
    store_.clock.Advance(absl::Minutes(11));
  }
  ASSERT_TRUE(WaitFor(delivery, v1::Delivery::STATE_PENDING, 7));
  EXPECT_TRUE(disabled_.WaitFor(kPatience));
}

TEST_P(ReceiversTest, FailuresAroundALongSilenceAreNoDaysOfFailure) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, std::deque<Outcome>(6, Wait{.reason = "HTTP 500"}));
  const PendingDelivery delivery = Put("w");
  Start({.schedule = EveryTenMinutes(), .disable_after = absl::Minutes(1)});
  // Five failures of one event, a long silence, one more.
  for (int attempt = 1; attempt <= 2; ++attempt) {
    ASSERT_TRUE(WaitFor(delivery, v1::Delivery::STATE_PENDING, attempt));
    store_.clock.Advance(absl::Hours(24));
  }
  ASSERT_TRUE(WaitFor(delivery, v1::Delivery::STATE_PENDING, 3));
  // The dispatcher decides on switching off in the turn that records the try; this comes after it.
  const PendingDelivery other = Put("w", "b");
  channel_->Answer(endpoint, {});
  dispatcher_->Offer({other});
  ASSERT_TRUE(WaitFor(other, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_FALSE(disabled_.Consume());
}

TEST_P(ReceiversTest, WhatFailsOnThisSideDoesNotCountAgainstTheEndpoint) {
  const std::string endpoint = AddWebhook("w");
  const std::deque<Outcome> ours = {Dead{.reason = "no key", .ours = true},
                                    Wait{.reason = "no room", .ours = true}};
  channel_->Answer(endpoint, ours);
  const PendingDelivery first = Put("w", "a");
  const PendingDelivery second = Put("w", "a");
  Start({.disable_after = absl::Seconds(0)});
  ASSERT_TRUE(WaitFor(first, v1::Delivery::STATE_DEAD, 1));
  ASSERT_TRUE(WaitFor(second, v1::Delivery::STATE_PENDING, 1));
  store_.clock.Advance(absl::Seconds(6));
  ASSERT_TRUE(WaitFor(second, v1::Delivery::STATE_DELIVERED, 2));
  EXPECT_FALSE(disabled_.Consume());
}

TEST_P(ReceiversTest, WhoeverAsksForAYearOfPeaceIsTriedDailyAndSwitchedOffAllTheSame) {
  const std::string endpoint = AddWebhook("w");
  const Wait year{.at_least = absl::Hours(365 * 24),
                  .reason = "HTTP 503",
                  .http_status = 503,
                  .rests_endpoint = true};
  channel_->Answer(endpoint, std::deque<Outcome>(9, year));
  const PendingDelivery delivery = Put("w");
  Start({.disable_after = absl::Hours(5 * 24)});
  for (int day = 1; day <= 5; ++day) {
    ASSERT_TRUE(WaitFor(delivery, v1::Delivery::STATE_PENDING, day));
    EXPECT_FALSE(disabled_.Consume());
    store_.clock.Advance(absl::Hours(25));
  }
  EXPECT_TRUE(disabled_.WaitFor(kPatience));
}

TEST_P(ReceiversTest, AnEndpointThatIsSwitchedOnAgainIsTriedAtOnceAndGetsAllItsDaysAnew) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, std::deque<Outcome>(8, Wait{.reason = "HTTP 500"}));
  const PendingDelivery old = Put("w");
  Start({.schedule = EveryTenMinutes(), .disable_after = absl::Hours(1)});
  for (int attempt = 1; attempt <= 7; ++attempt) {
    ASSERT_TRUE(WaitFor(old, v1::Delivery::STATE_PENDING, attempt));
    if (attempt < 7) store_.clock.Advance(absl::Minutes(11));
  }
  ASSERT_TRUE(disabled_.WaitFor(kPatience));
  store_.CatchUp();
  Enable(endpoint);
  ASSERT_TRUE(WaitFor(old, v1::Delivery::STATE_PENDING, 8));
  // The dispatcher decides on switching off in the turn that records the try; this comes after it.
  store_.clock.Advance(absl::Minutes(11));
  ASSERT_TRUE(WaitFor(old, v1::Delivery::STATE_DELIVERED, 9));
  EXPECT_FALSE(disabled_.Consume());
}

TEST_P(ReceiversTest, WhatAReceiverSaysOfOneEventHoldsNoOther) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint,
                   {Wait{.at_least = absl::Hours(1), .reason = "HTTP 409", .http_status = 409}});
  const PendingDelivery asked = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitFor(asked, v1::Delivery::STATE_PENDING, 1));
  const PendingDelivery other = Put("w", "b");
  dispatcher_->Offer({other});
  EXPECT_TRUE(WaitFor(other, v1::Delivery::STATE_DELIVERED, 1));
  store_.clock.Advance(absl::Minutes(59));
  EXPECT_EQ(Get(asked).attempts(), 1);
  store_.clock.Advance(absl::Minutes(2));
  EXPECT_TRUE(WaitFor(asked, v1::Delivery::STATE_DELIVERED, 2));
}

TEST_P(ReceiversTest, AReceiverThatRestsIsLeftAloneUntilItsOwnerSwitchesItOn) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, {Wait{.at_least = absl::Hours(1),
                                   .reason = "HTTP 429",
                                   .http_status = 429,
                                   .rests_endpoint = true}});
  const PendingDelivery asked = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitFor(asked, v1::Delivery::STATE_PENDING, 1));
  const PendingDelivery other = Put("w", "b");
  dispatcher_->Offer({other});
  ASSERT_TRUE(Says(other, "the endpoint asked to be left alone"));
  v1::Delivery shown = Get(other);
  dispatcher_->Describe(&shown);
  EXPECT_GT(ToTime(shown.next_attempt_time()), store_.clock.Now() + absl::Minutes(59));
  Enable(endpoint);
  EXPECT_TRUE(WaitFor(other, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_TRUE(WaitFor(asked, v1::Delivery::STATE_DELIVERED, 2));
}

TEST_P(ReceiversTest, ADeliveryThatWaitsBehindAnotherNamesIt) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, {Wait{.reason = "HTTP 500", .http_status = 500}});
  const PendingDelivery first = Put("w", "a");
  const PendingDelivery second = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitFor(first, v1::Delivery::STATE_PENDING, 1));
  EXPECT_TRUE(Says(first, "HTTP 500"));
  EXPECT_TRUE(Says(second, absl::StrCat("waits for ", first.name,
                                        ", which comes before it about the same resource")));
  v1::Delivery shown = Get(second);
  dispatcher_->Describe(&shown);
  EXPECT_GT(ToTime(shown.next_attempt_time()), store_.clock.Now());
}

TEST_P(ReceiversTest, WhatIsPendingFollowsItsSubscriptionToAnotherEndpoint) {
  const std::string old = AddWebhook("w");
  const std::string other = store_.AddWebhook("subscribers/x", "other").name();
  channel_->Answer(old, {Wait{.reason = "HTTP 500", .http_status = 500}});
  const PendingDelivery delivery = Put("w", "a");
  const PendingDelivery behind = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitFor(delivery, v1::Delivery::STATE_PENDING, 1));
  channel_->Hold(old);
  const PendingDelivery under_way = Put("w", "b");
  dispatcher_->Offer({under_way});
  ASSERT_TRUE(channel_->WaitForSent(2));
  v1::Subscription subscription;
  subscription.set_name("subscribers/x/subscriptions/w");
  subscription.set_endpoint(other);
  google::protobuf::FieldMask mask;
  mask.add_paths("endpoint");
  ASSERT_THAT(store_.subscriptions->Update(AsOperator(), subscription, mask), IsOk());
  EXPECT_TRUE(WaitFor(delivery, v1::Delivery::STATE_DELIVERED, 2));
  EXPECT_TRUE(WaitFor(behind, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_EQ(Get(delivery).endpoint(), other);
  // What was on its way when it moved comes after it when that fails.
  EXPECT_EQ(Get(under_way).endpoint(), old);
  channel_->ReleaseAll(Wait{.reason = "HTTP 500", .http_status = 500});
  EXPECT_TRUE(WaitFor(under_way, v1::Delivery::STATE_DELIVERED, 2));
  EXPECT_EQ(Get(under_way).endpoint(), other);
}

TEST_P(ReceiversTest, WhatWaitsForADeletedSubscriberHoldsNothingOfTheNextOfItsName) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, {Wait{.reason = "HTTP 500", .http_status = 500}});
  const PendingDelivery old = Put("w", "a");
  Start();
  ASSERT_TRUE(WaitFor(old, v1::Delivery::STATE_PENDING, 1));
  ASSERT_THAT(store_.subscribers->Delete(AsOperator(), "subscribers/x", ""), IsOk());
  dispatcher_->Forget("subscribers/x", "wanted: the subscriber was deleted");
  EXPECT_EQ(Get(old).state(), v1::Delivery::STATE_SUPPRESSED);
  EXPECT_EQ(Get(old).reason(), "wanted: the subscriber was deleted");
  store_.AddSubscriber("x");
  AddWebhook("w");
  const PendingDelivery fresh = Put("w", "a");
  dispatcher_->Offer({fresh});
  EXPECT_TRUE(WaitFor(fresh, v1::Delivery::STATE_DELIVERED, 1));
}

TEST_P(ReceiversTest, ACalendarFeedOutlivesTheEndOfMailsAndNotItsSubscription) {
  constexpr char kName[] = "subscribers/x/subscriptions/a";
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return CalendarFeeds(connection).Set({.subscription = kName}, "token");
  }),
              IsOk());
  Start();
  const auto is_there = [&] {
    return ledger_
        ->Read([](sql::Connection& connection) { return CalendarFeeds(connection).Find("token"); })
        ->has_value();
  };
  dispatcher_->Suppress(kName, "consent: unsubscribed");
  EXPECT_TRUE(is_there());
  dispatcher_->Forget(kName, "wanted: the subscription was deleted");
  EXPECT_FALSE(is_there());
}

TEST_P(ReceiversTest, ADeadDeliveryIsBroughtBack) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, {Dead{.reason = "HTTP 422", .http_status = 422, .refused = true}});
  const PendingDelivery delivery = Put("w");
  Start({.disable_after = absl::ZeroDuration()});
  ASSERT_TRUE(WaitFor(delivery, v1::Delivery::STATE_DEAD, 1));
  ASSERT_THAT(dispatcher_->Redrive(delivery.name), IsOk());
  EXPECT_TRUE(WaitFor(delivery, v1::Delivery::STATE_DELIVERED, 2));
  EXPECT_THAT(dispatcher_->Redrive(delivery.name), ReasonIs("DELIVERY_NOT_DEAD"));
  EXPECT_FALSE(disabled_.Consume());  // what was refused was no failure of the endpoint
}

TEST_P(ReceiversTest, WhatAGateWouldDropIsNotBroughtBack) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, {Dead{.reason = "HTTP 410", .disable_endpoint = true}});
  const PendingDelivery delivery = Put("w");
  Start();
  ASSERT_TRUE(WaitFor(delivery, v1::Delivery::STATE_DEAD, 1));
  ASSERT_TRUE(disabled_.WaitFor(kPatience));
  store_.CatchUp();
  const absl::Status status = dispatcher_->Redrive(delivery.name);
  EXPECT_THAT(status, ReasonIs("DELIVERY_BLOCKED"));
  EXPECT_THAT(status.message(), testing::HasSubstr("switched off"));
  EXPECT_EQ(Get(delivery).state(), v1::Delivery::STATE_DEAD);
  Enable(endpoint);
  EXPECT_THAT(dispatcher_->Redrive(delivery.name), IsOk());
  EXPECT_TRUE(WaitFor(delivery, v1::Delivery::STATE_DELIVERED, 2));
}

TEST_P(ReceiversTest, SilentReceiversHoldNeitherOthersNorAnInbox) {
  InboxSignal signal;
  channels_[v1::Endpoint::kInbox] = std::make_unique<InboxChannel>(signal, store_.clock);
  std::vector<std::string> silent;
  for (int i = 0; i < 12; ++i) {
    silent.push_back(AddWebhook(absl::StrCat("silent", i)));
    channel_->Hold(silent.back());
    for (int j = 0; j < 8; ++j) Put(absl::StrCat("silent", i), absl::StrCat("c", j));
  }
  Start({.queue = {.in_flight = 20}});
  ASSERT_TRUE(channel_->WaitForSent(7));
  v1::Subscription subscription;
  subscription.set_endpoint("subscribers/y/endpoints/inbox");
  store_.AddSubscriber("y");
  store_.AddSubscription("subscribers/y", "inbox", subscription);
  const std::string webhook = store_.AddWebhook("subscribers/y", "w").name();
  subscription.set_endpoint(webhook);
  store_.AddSubscription("subscribers/y", "w", subscription);
  store_.CatchUp();
  for (const char* id : {"inbox", "w"}) {
    const KeptRecord record = MakeRecord("clusters/y", ++revision_);
    PendingDelivery delivery =
        MakeDelivery(record, absl::StrCat("subscribers/y/subscriptions/", id));
    delivery.endpoint = absl::StrCat("subscribers/y/endpoints/", id);
    Keep(record, {delivery});
    dispatcher_->Offer({delivery});
    EXPECT_TRUE(WaitFor(delivery, v1::Delivery::STATE_DELIVERED, 1)) << id;
  }
  EXPECT_TRUE(Eventually([&] { return dispatcher_->usage().holders.size() == 12; }));
  channel_->ReleaseAll();
}

}  // namespace
}  // namespace clusterwire::notification
