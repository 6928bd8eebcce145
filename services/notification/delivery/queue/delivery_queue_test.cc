#include "services/notification/delivery/queue/delivery_queue.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

PendingDelivery To(const std::string& endpoint, int number) {
  return {.name = absl::StrCat("deliveries/", endpoint, number),
          .root = absl::StrCat("clusters/c", number),
          .endpoint = endpoint,
          .created = kStart + absl::Microseconds(number),
          .due = kStart};
}

class DeliveryQueueTest : public testing::Test {
 protected:
  SeededRandom random_{1};
  DeliveryQueue queue_{{.in_flight_per_endpoint = 3, .in_flight = 5, .loaded_per_endpoint = 10},
                       random_};
};

TEST_F(DeliveryQueueTest, OneEndpointHasAtMostItsShareUnderWay) {
  for (int i = 0; i < 10; ++i) queue_.Offer(To("slow", i));
  const std::vector<PendingDelivery> taken = queue_.Take(kStart, 100);
  EXPECT_THAT(taken, SizeIs(3));
  EXPECT_THAT(queue_.Take(kStart, 100), IsEmpty());
  EXPECT_EQ(queue_.NextDue(), absl::InfiniteFuture());
  queue_.Remove(taken[0]);
  EXPECT_THAT(queue_.Take(kStart, 100), SizeIs(1));
}

TEST_F(DeliveryQueueTest, ASlowEndpointHoldsOnlyItself) {
  for (int i = 0; i < 10; ++i) queue_.Offer(To("slow", i));
  queue_.Take(kStart, 100);
  queue_.Offer(To("quick", 1));
  const std::vector<PendingDelivery> taken = queue_.Take(kStart, 100);
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_EQ(taken[0].endpoint, "quick");
}

TEST_F(DeliveryQueueTest, AllTogetherKeepToTheirLimit) {
  for (const char* endpoint : {"a", "b", "c"}) {
    for (int i = 0; i < 3; ++i) queue_.Offer(To(endpoint, i));
  }
  EXPECT_THAT(queue_.Take(kStart, 100), SizeIs(5));
  EXPECT_EQ(queue_.NextDue(), absl::InfiniteFuture());
}

TEST_F(DeliveryQueueTest, AnEndpointThatFailsIsSparedAndThenTriedOnce) {
  for (int i = 0; i < 10; ++i) queue_.Offer(To("down", i));
  absl::Time now = kStart;
  for (int failures = 0; failures < Breaker::kThreshold;) {
    for (const PendingDelivery& taken : queue_.Take(now, 1)) {
      queue_.Failed("down", now, absl::InfinitePast());
      queue_.Postpone(taken, 1, now + absl::Hours(1));
      ++failures;
    }
  }
  EXPECT_THAT(queue_.Take(now, 100), IsEmpty());
  now = queue_.NextDue();
  EXPECT_GT(now, kStart + Breaker::kFirstPause / 2);
  const std::vector<PendingDelivery> probe = queue_.Take(now, 100);
  ASSERT_THAT(probe, SizeIs(1));
  queue_.Succeeded("down");
  queue_.Remove(probe[0]);
  EXPECT_THAT(queue_.Take(now, 100), SizeIs(3));
}

TEST_F(DeliveryQueueTest, AnEndpointThatAsksForAPauseGetsIt) {
  queue_.Offer(To("busy", 1));
  queue_.Offer(To("busy", 2));
  const PendingDelivery taken = queue_.Take(kStart, 1)[0];
  queue_.Failed("busy", kStart, kStart + absl::Minutes(2));
  queue_.Postpone(taken, 1, kStart + absl::Minutes(2));
  EXPECT_THAT(queue_.Take(kStart + absl::Minutes(1), 100), IsEmpty());
  EXPECT_THAT(queue_.Take(kStart + absl::Minutes(2), 100), SizeIs(2));
}

TEST_F(DeliveryQueueTest, WhatDoesNotFitStaysInTheLedgerUntilThereIsRoom) {
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(queue_.Offer(To("a", i)));
  EXPECT_FALSE(queue_.Offer(To("a", 10)));
  EXPECT_THAT(queue_.ToLoad(10), IsEmpty());
  for (int settled = 0; settled < 5; ++settled) queue_.Remove(queue_.Take(kStart, 1)[0]);
  EXPECT_THAT(queue_.ToLoad(10), ElementsAre("a"));
  // A newer one must not come before the older that is still in the ledger.
  EXPECT_FALSE(queue_.Offer(To("a", 11)));
  queue_.Loaded("a", {To("a", 9), To("a", 10), To("a", 11)}, /*complete=*/true);
  EXPECT_EQ(queue_.loaded(), 7u);
  EXPECT_THAT(queue_.ToLoad(10), IsEmpty());
  EXPECT_TRUE(queue_.Offer(To("a", 12)));
}

}  // namespace
}  // namespace clusterwire::notification
