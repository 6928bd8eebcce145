#include "services/notification/delivery/queue/delivery_queue.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr absl::Duration kStart = absl::Hours(1);
constexpr absl::Duration kAnswer = absl::Milliseconds(10);

std::string Webhook(const std::string& subscriber, const std::string& id = "w") {
  return absl::StrCat("subscribers/", subscriber, "/endpoints/", id);
}

class DeliveryQueueTest : public testing::Test {
 protected:
  PendingDelivery To(const std::string& endpoint, const std::string& root = "") {
    ++last_;
    return {.name = absl::StrCat("deliveries/", last_),
            .root = root.empty() ? absl::StrCat("clusters/c", last_) : root,
            .subscription = endpoint.substr(0, endpoint.find("/endpoints/")) + "/subscriptions/s",
            .endpoint = endpoint,
            .sequence = last_};
  }
  void Offer(const std::string& endpoint, int count) {
    for (int i = 0; i < count; ++i) queue_.Offer(To(endpoint), kStart);
  }
  std::vector<PendingDelivery> Take(absl::Duration now = kStart) { return queue_.Take(now, 2000); }
  // Of what is taken now, by endpoint.
  std::map<std::string, int> Count(const std::vector<PendingDelivery>& taken) {
    std::map<std::string, int> count;
    for (const PendingDelivery& delivery : taken) ++count[delivery.endpoint];
    return count;
  }
  static DeliveryResult Result(EndpointHealth health, int http_status, absl::Duration took) {
    v1::Attempt attempt;
    attempt.set_http_status(http_status);
    return {.attempt = attempt, .took = took, .health = health};
  }
  void Succeed(const PendingDelivery& delivery, absl::Duration took = kAnswer) {
    queue_.Ended(delivery, Result(EndpointHealth::kGood, 200, took), kStart);
    queue_.Remove(delivery);
  }
  void Fail(const PendingDelivery& delivery, absl::Duration now, int http_status = 0) {
    queue_.Ended(delivery, Result(EndpointHealth::kBad, http_status, kAnswer), now);
    queue_.Postpone(delivery, now + absl::Hours(1));
  }
  // It has answered, so it may have all its places.
  void Know(const std::string& endpoint, absl::Duration took = kAnswer) {
    queue_.Offer(To(endpoint), kStart);
    for (const PendingDelivery& delivery : Take()) Succeed(delivery, took);
  }

  int64_t last_ = 0;
  SeededRandom random_{TestSeed()};
  DeliveryQueue queue_{
      {.in_flight_per_endpoint = 32, .in_flight = 1000, .loaded_per_endpoint = 100},
      [](const std::string& endpoint) { return !absl::EndsWith(endpoint, "/inbox"); },
      random_};
};

TEST_F(DeliveryQueueTest, AnEndpointGetsFewPlacesUntilItAnswers) {
  Offer(Webhook("a"), 50);
  const std::vector<PendingDelivery> first = Take();
  EXPECT_THAT(first, SizeIs(Places::kOfNew));
  EXPECT_THAT(Take(), IsEmpty());
  EXPECT_EQ(queue_.NextDue(), absl::InfiniteDuration());
  Succeed(first[0]);
  EXPECT_THAT(Take(), SizeIs(32 - Places::kOfNew + 1));
}

TEST_F(DeliveryQueueTest, FortySilentEndpointsHoldNeitherAWebhookNorAnInbox) {
  for (int i = 0; i < 40; ++i) Know(Webhook(absl::StrCat("bad", i)));
  for (int i = 0; i < 40; ++i) Offer(Webhook(absl::StrCat("bad", i)), 40);
  const size_t held = Take().size();
  EXPECT_GT(held, 500u);
  EXPECT_LT(held, 1000u);
  Offer(Webhook("good"), 1);
  Offer(Webhook("good", "inbox"), 30);
  EXPECT_THAT(Count(Take()), ElementsAre(testing::Pair(Webhook("good", "inbox"), 30),
                                         testing::Pair(Webhook("good"), 1)));
}

TEST_F(DeliveryQueueTest, AThousandSilentEndpointsThatNeverAnsweredHoldOnlyTheirPart) {
  for (int i = 0; i < 1000; ++i) Offer(Webhook(absl::StrCat("bad", i)), 4);
  EXPECT_THAT(Take(), SizeIs(500));
  Offer(Webhook("inboxed", "inbox"), 1);
  EXPECT_THAT(Take(), SizeIs(1));
}

TEST_F(DeliveryQueueTest, OneSubscribersManyEndpointsHoldNoOtherSubscriber) {
  Know(Webhook("one"));
  for (int i = 0; i < 20; ++i) Know(Webhook("many", absl::StrCat("w", i)));
  for (int i = 0; i < 20; ++i) Offer(Webhook("many", absl::StrCat("w", i)), 40);
  const size_t held = Take().size();
  EXPECT_GT(held, 300u);
  EXPECT_LE(held, 340u);
  Offer(Webhook("one"), 40);
  EXPECT_THAT(Take(), SizeIs(32));
}

TEST_F(DeliveryQueueTest, WhoWaitsLongestIsNotServedBeforeAllOthers) {
  for (const char* subscriber : {"a", "b", "c"}) Know(Webhook(subscriber));
  Offer(Webhook("a"), 30);
  Offer(Webhook("b"), 1);
  Offer(Webhook("c"), 1);
  EXPECT_THAT(Count(queue_.Take(kStart + absl::Seconds(1), 3)), SizeIs(3));
}

TEST_F(DeliveryQueueTest, AFullTakeIsFollowedByAnother) {
  Know(Webhook("a"));
  Offer(Webhook("a"), 10);
  EXPECT_THAT(queue_.Take(kStart, 4), SizeIs(4));
  EXPECT_LE(queue_.NextDue(), kStart);
  EXPECT_THAT(queue_.Take(kStart, 100), SizeIs(6));
  EXPECT_EQ(queue_.NextDue(), absl::InfiniteDuration());
}

TEST_F(DeliveryQueueTest, WhoFallsSilentKeepsOnePlace) {
  Know(Webhook("a"));
  Offer(Webhook("a"), 50);
  const std::vector<PendingDelivery> taken = Take();
  ASSERT_THAT(taken, SizeIs(32));
  Fail(taken[0], kStart);
  EXPECT_THAT(Take(), IsEmpty());
  for (size_t i = 1; i < 4; ++i) Fail(taken[i], kStart);
  for (size_t i = 4; i < taken.size(); ++i) queue_.Postpone(taken[i], kStart);
  EXPECT_THAT(Take(), SizeIs(1));
  EXPECT_EQ(queue_.TimeLimit(Webhook("a"), absl::Seconds(15)), absl::Seconds(15));
}

TEST_F(DeliveryQueueTest, AnEndpointThatFailsIsSparedAndThenTriedOnce) {
  const std::string down = Webhook("down");
  Know(down);
  Offer(down, 40);
  const std::vector<PendingDelivery> taken = Take();
  for (const PendingDelivery& delivery : taken) Fail(delivery, kStart, 500);
  EXPECT_THAT(Take(), IsEmpty());
  const absl::Duration next = queue_.NextDue();
  EXPECT_GT(next, kStart + Breaker::kFirstPause / 2);
  const std::vector<PendingDelivery> probe = Take(next);
  ASSERT_THAT(probe, SizeIs(1));
  Succeed(probe[0]);
  EXPECT_THAT(Take(next), SizeIs(7));  // the rest waits for its retry
}

TEST_F(DeliveryQueueTest, AnEndpointThatAsksForAPauseGetsIt) {
  Offer(Webhook("busy"), 6);
  const std::vector<PendingDelivery> taken = Take();
  DeliveryResult result = Result(EndpointHealth::kBad, 503, kAnswer);
  result.rest = absl::Minutes(2);
  queue_.Ended(taken[0], result, kStart);
  queue_.Postpone(taken[0], kStart + absl::Minutes(2));
  for (size_t i = 1; i < taken.size(); ++i) Succeed(taken[i]);
  EXPECT_THAT(Take(kStart + absl::Minutes(1)), IsEmpty());
  const auto wait = queue_.Explain(Webhook("busy"), "deliveries/5", kStart);
  ASSERT_TRUE(wait);
  EXPECT_EQ(wait->reason, "the endpoint asked to be left alone");
  EXPECT_EQ(wait->until, kStart + absl::Minutes(2));
  EXPECT_THAT(Take(kStart + absl::Minutes(2)), SizeIs(3));
}

TEST_F(DeliveryQueueTest, WhatItsOwnerDoesAboutAnEndpointClearsAllAndTriesAtOnce) {
  const std::string down = Webhook("down");
  Know(down);
  Offer(down, 10);
  for (const PendingDelivery& delivery : Take()) Fail(delivery, kStart);
  EXPECT_THAT(Take(), IsEmpty());
  queue_.Forgive(down, kStart);
  EXPECT_THAT(Take(), SizeIs(Places::kOfNew));
}

TEST_F(DeliveryQueueTest, ADeliveryThatWaitsSaysForWhat) {
  const std::string endpoint = Webhook("a");
  const auto reason = [&](const std::string& delivery, absl::Duration now = kStart) {
    const auto wait = queue_.Explain(endpoint, delivery, now);
    return wait ? wait->reason : "unknown";
  };
  queue_.Offer(To(endpoint, "clusters/a"), kStart);
  queue_.Offer(To(endpoint, "clusters/a"), kStart);
  EXPECT_EQ(reason("deliveries/1"), "has its turn next");
  EXPECT_THAT(reason("deliveries/2"), HasSubstr("waits for deliveries/1"));
  const PendingDelivery first = Take().at(0);
  EXPECT_EQ(reason("deliveries/1"), "is being handed over");
  Offer(endpoint, 10);
  Take();
  EXPECT_THAT(reason("deliveries/12"), HasSubstr("waits for a place: 4 of its endpoint"));
  Fail(first, kStart);
  const auto retry = queue_.Explain(endpoint, "deliveries/1", kStart);
  EXPECT_TRUE(retry->by_itself);
  EXPECT_EQ(retry->until, kStart + absl::Hours(1));
  EXPECT_EQ(reason("deliveries/99"), "unknown");
}

TEST_F(DeliveryQueueTest, WhoHoldsPlacesIsNamed) {
  Know(Webhook("a"));
  Offer(Webhook("a"), 40);
  Offer(Webhook("b"), 2);
  Take();
  EXPECT_EQ(queue_.usage().taken, 34);
  EXPECT_EQ(queue_.usage().places, 1000);
  const std::vector<DeliveryQueue::Holder> holders = queue_.usage().holders;
  ASSERT_THAT(holders, SizeIs(2));
  EXPECT_EQ(holders[0].endpoint, Webhook("a"));
  EXPECT_EQ(holders[0].places, 32);
  EXPECT_EQ(holders[0].waiting, 8u);
  EXPECT_EQ(holders[0].kind, Pace::Kind::kQuick);
  EXPECT_EQ(holders[1].kind, Pace::Kind::kNew);
}

TEST_F(DeliveryQueueTest, WhatIsDroppedIsGone) {
  Offer(Webhook("a"), 3);
  Offer(Webhook("a", "v"), 3);
  queue_.Drop(Webhook("a"));
  EXPECT_EQ(queue_.loaded(), 3u);
  EXPECT_THAT(Count(Take()), ElementsAre(testing::Pair(Webhook("a", "v"), 3)));
  Offer(Webhook("b"), 3);
  queue_.Drop("subscribers/b/subscriptions/s");
  EXPECT_EQ(queue_.loaded(), 3u);
}

TEST_F(DeliveryQueueTest, WhatDoesNotFitStaysInTheLedgerUntilThereIsRoom) {
  const std::string endpoint = Webhook("a");
  Know(endpoint);
  Offer(endpoint, 100);
  EXPECT_EQ(queue_.loaded(), 100u);
  EXPECT_FALSE(queue_.Offer(To(endpoint), kStart));
  EXPECT_THAT(queue_.ToLoad(10), IsEmpty());
  for (int ended = 0; ended < 50; ++ended) queue_.Remove(queue_.Take(kStart, 1)[0]);
  EXPECT_THAT(queue_.ToLoad(10), ElementsAre(endpoint));
  // A newer one must not come before the older that is still in the ledger.
  EXPECT_FALSE(queue_.Offer(To(endpoint), kStart));
  queue_.Loaded(endpoint, {To(endpoint)}, /*complete=*/true, kStart);
  EXPECT_EQ(queue_.loaded(), 51u);
  EXPECT_THAT(queue_.ToLoad(10), IsEmpty());
  EXPECT_TRUE(queue_.Offer(To(endpoint), kStart));
}

TEST_F(DeliveryQueueTest, WhoHasSomethingNewInTheLedgerIsLoadedFirst) {
  for (const char* subscriber : {"a", "b", "c"}) queue_.MarkMore(Webhook(subscriber));
  EXPECT_THAT(queue_.ToLoad(2), ElementsAre(Webhook("a"), Webhook("b")));
  EXPECT_FALSE(queue_.Offer(To(Webhook("c")), kStart));
  EXPECT_THAT(queue_.ToLoad(2), ElementsAre(Webhook("c"), Webhook("a")));
  queue_.Loaded(Webhook("c"), {}, true, kStart);
  EXPECT_THAT(queue_.ToLoad(9), ElementsAre(Webhook("a"), Webhook("b")));
}

TEST_F(DeliveryQueueTest, ManyEndpointsShareTheMemory) {
  DeliveryQueue small(
      {.loaded_per_endpoint = 100, .loaded = 400}, [](const std::string&) { return true; },
      random_);
  for (int i = 0; i < 50; ++i) {
    const std::string endpoint = Webhook(absl::StrCat("s", i));
    while (small.Offer(To(endpoint), kStart)) {
    }
  }
  EXPECT_GE(small.loaded(), 400u);
  EXPECT_LE(small.loaded(), 400u + 50 * 2);
}

}  // namespace
}  // namespace clusterwire::notification
