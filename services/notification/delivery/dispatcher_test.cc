#include "services/notification/delivery/dispatcher.h"

#include <deque>
#include <map>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/sql/testing/faulty_database.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/ledger/testing/rows.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr absl::Duration kPatience = absl::Seconds(10);

// A channel that keeps what it is given and answers as told: endpoint by endpoint, at once or when
// released.
class FakeChannel final : public Channel {
 public:
  void Send(std::shared_ptr<const Job> job, absl::Time, Callback done) override {
    Outcome outcome = Done{.http_status = 200};
    {
      MutexLock lock(mutex_);
      sent_.push_back(job->delivery.name);
      changed_.NotifyAll();
      if (held_.contains(job->delivery.endpoint)) {
        waiting_.push_back(std::move(done));
        return;
      }
      std::deque<Outcome>& answers = answers_[job->delivery.endpoint];
      if (!answers.empty()) {
        outcome = answers.front();
        answers.pop_front();
      }
    }
    done(std::move(outcome));
  }
  // The next tries at this endpoint end so; after them all succeed.
  void Answer(const std::string& endpoint, std::deque<Outcome> outcomes) {
    MutexLock lock(mutex_);
    answers_[endpoint] = std::move(outcomes);
  }
  void Hold(const std::string& endpoint) {
    MutexLock lock(mutex_);
    held_[endpoint] = true;
  }
  void ReleaseAll() {
    std::vector<Callback> waiting;
    {
      MutexLock lock(mutex_);
      held_.clear();
      waiting.swap(waiting_);
    }
    for (const Callback& done : waiting) done(Done{.http_status = 200});
  }
  bool WaitForSent(size_t count) {
    MutexLock lock(mutex_);
    const absl::Time deadline = Clock::System().Now() + kPatience;
    while (sent_.size() < count) {
      const absl::Duration left = deadline - Clock::System().Now();
      if (left <= absl::ZeroDuration()) return false;
      changed_.WaitFor(mutex_, absl::ToChronoNanoseconds(left));
    }
    return true;
  }
  std::vector<std::string> sent() {
    MutexLock lock(mutex_);
    return sent_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> sent_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::deque<Outcome>> answers_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, bool> held_ ABSL_GUARDED_BY(mutex_);
  std::vector<Callback> waiting_ ABSL_GUARDED_BY(mutex_);
};

class DispatcherTest : public LedgerTest {
 protected:
  DispatcherTest() {
    auto ledger = Ledger::Open(faulty_);
    EXPECT_THAT(ledger, IsOk());
    faulty_ledger_ = *std::move(ledger);
    auto channel = std::make_unique<FakeChannel>();
    channel_ = channel.get();
    channels_[v1::Endpoint::kWebhook] = std::move(channel);
    store_.clock.Advance(absl::Hours(1));  // what MakeRecord() makes is due
    store_.AddSubscriber("x");
  }
  // A webhook of subscriber x, and a subscription of the same name to it.
  std::string AddWebhook(const std::string& id) {
    const std::string endpoint = store_.AddWebhook("subscribers/x", id).name();
    v1::Subscription subscription;
    subscription.set_endpoint(endpoint);
    store_.AddSubscription("subscribers/x", id, subscription);
    store_.CatchUp();
    return endpoint;
  }
  // Puts a delivery of a change of this cluster for the subscription into the ledger.
  PendingDelivery Put(const std::string& id, const std::string& cluster = "a") {
    const KeptRecord record = MakeRecord("clusters/" + cluster, ++revision_);
    PendingDelivery delivery = MakeDelivery(record, "subscribers/x/subscriptions/" + id);
    delivery.endpoint = "subscribers/x/endpoints/" + id;
    Keep(record, {delivery});
    return delivery;
  }
  void Start(Dispatcher::Options options = {}) {
    dispatcher_ = std::make_unique<Dispatcher>(
        options, *faulty_ledger_, *store_.interests, channels_,
        [this](const std::string& endpoint, const std::string& reason) {
          const absl::Status status = store_.endpoints->Disable(endpoint, reason);
          disabled_.Notify();
          return status;
        },
        store_.clock, store_.random, metrics_);
  }
  v1::Delivery Get(const PendingDelivery& delivery) {
    auto got = ledger_->Read(
        [&](sql::Connection& connection) { return Deliveries(connection).Get(delivery.name); });
    EXPECT_THAT(got, IsOk());
    return *std::move(got);
  }
  // Waits until the delivery is in this state after so many tries.
  bool WaitFor(const PendingDelivery& delivery, v1::Delivery::State state, int attempts) {
    const absl::Time deadline = Clock::System().Now() + kPatience;
    Wakeup never;
    for (v1::Delivery got = Get(delivery); got.state() != state || got.attempts() != attempts;
         got = Get(delivery)) {
      if (Clock::System().Now() > deadline) {
        ADD_FAILURE() << got.ShortDebugString();
        return false;
      }
      never.WaitFor(absl::Milliseconds(5));
    }
    return true;
  }

  TestStore store_;
  sql::FaultyDatabase faulty_{*database_};
  std::unique_ptr<Ledger> faulty_ledger_;
  telemetry::Metrics metrics_;
  Channels channels_;
  FakeChannel* channel_ = nullptr;
  Wakeup disabled_;
  int64_t revision_ = 0;
  std::unique_ptr<Dispatcher> dispatcher_;  // last: it uses everything above
};
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

TEST_P(DispatcherTest, ASlowEndpointHoldsOnlyItself) {
  const std::string slow = AddWebhook("slow");
  AddWebhook("quick");
  channel_->Hold(slow);
  for (int i = 0; i < 40; ++i) Put("slow", absl::StrCat("c", i));
  const PendingDelivery quick = Put("quick");
  Start();
  EXPECT_TRUE(WaitFor(quick, v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_EQ(channel_->sent().size(), 33u);  // 32 of the slow one's, and the quick one's
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

TEST_P(DispatcherTest, GoneSwitchesTheEndpointOffAndTheRestIsSuppressed) {
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

TEST_P(DispatcherTest, DaysOfNothingButFailureSwitchTheEndpointOff) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, std::deque<Outcome>(3, Wait{.reason = "HTTP 500"}));
  const PendingDelivery delivery = Put("w");
  Start({.disable_after = absl::Hours(1)});
  ASSERT_TRUE(WaitFor(delivery, v1::Delivery::STATE_PENDING, 1));
  store_.clock.Advance(absl::Minutes(10));
  ASSERT_TRUE(WaitFor(delivery, v1::Delivery::STATE_PENDING, 2));
  EXPECT_FALSE(disabled_.Consume());
  store_.clock.Advance(absl::Hours(1));
  ASSERT_TRUE(WaitFor(delivery, v1::Delivery::STATE_PENDING, 3));
  EXPECT_TRUE(disabled_.WaitFor(kPatience));
}

TEST_P(DispatcherTest, WhatFailsOnThisSideDoesNotCountAgainstTheEndpoint) {
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

TEST_P(DispatcherTest, WhoeverAsksForAYearOfPeaceIsTriedDailyAndSwitchedOffAllTheSame) {
  const std::string endpoint = AddWebhook("w");
  const Wait year{.until = store_.clock.Now() + absl::Hours(365 * 24), .reason = "HTTP 503"};
  channel_->Answer(endpoint, {year, year, year});
  const PendingDelivery delivery = Put("w");
  Start({.disable_after = absl::Hours(36)});
  ASSERT_TRUE(WaitFor(delivery, v1::Delivery::STATE_PENDING, 1));
  store_.clock.Advance(absl::Hours(25));
  ASSERT_TRUE(WaitFor(delivery, v1::Delivery::STATE_PENDING, 2));
  store_.clock.Advance(absl::Hours(25));
  EXPECT_TRUE(disabled_.WaitFor(kPatience));
}

TEST_P(DispatcherTest, AnEndpointThatIsSwitchedOnAgainGetsAllItsDaysAnew) {
  const std::string endpoint = AddWebhook("w");
  channel_->Answer(endpoint, std::deque<Outcome>(3, Wait{.reason = "HTTP 500"}));
  const PendingDelivery old = Put("w");
  Start({.disable_after = absl::Hours(1)});
  ASSERT_TRUE(WaitFor(old, v1::Delivery::STATE_PENDING, 1));
  store_.clock.Advance(absl::Hours(2));
  ASSERT_TRUE(WaitFor(old, v1::Delivery::STATE_PENDING, 2));
  ASSERT_TRUE(disabled_.WaitFor(kPatience));

  v1::EnableEndpointRequest request;
  request.set_name(endpoint);
  ASSERT_THAT(store_.endpoints->Enable(AsOperator(), request.name(), ""), IsOk());
  store_.CatchUp();
  store_.clock.Advance(absl::Minutes(10));
  ASSERT_TRUE(WaitFor(old, v1::Delivery::STATE_PENDING, 3));
  // The dispatcher decides on switching off in the turn that records the try; this comes after it.
  store_.clock.Advance(absl::Hours(1));
  ASSERT_TRUE(WaitFor(old, v1::Delivery::STATE_DELIVERED, 4));
  EXPECT_FALSE(disabled_.Consume());
}

TEST_P(DispatcherTest, AResultThatCantBeRecordedIsKeptAndNothingIsSentTwice) {
  AddWebhook("w");
  const PendingDelivery delivery = Put("w");
  faulty_.Inject({.fragment = "UPDATE delivery", .status = absl::UnavailableError("away")});
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
    faulty_.Inject({.fragment = "UPDATE delivery", .status = absl::UnavailableError("killed")});
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
  EXPECT_THAT(metrics_.Render(), testing::HasSubstr("{outcome=\"dead\"} 1"));
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

}  // namespace
}  // namespace clusterwire::notification
