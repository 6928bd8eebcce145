#include "services/notification/delivery/queue/endpoint_queue.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterwire::notification {
namespace {

constexpr absl::Duration kStart = absl::Hours(1);

PendingDelivery At(int second, const std::string& root) {
  return {.name = absl::StrCat("deliveries/", second),
          .root = root,
          .endpoint = "e",
          .sequence = second,
          .wait = absl::Seconds(second)};
}

std::string TakenName(EndpointQueue& queue, absl::Duration now) {
  const std::optional<PendingDelivery> taken = queue.Take(now);
  return taken ? taken->name : "none";
}

TEST(EndpointQueueTest, NothingIsTakenBeforeItsTime) {
  EndpointQueue queue;
  queue.Add(At(5, "clusters/a"), kStart);
  EXPECT_EQ(queue.NextDue(), kStart + absl::Seconds(5));
  EXPECT_EQ(TakenName(queue, kStart), "none");
  EXPECT_EQ(TakenName(queue, kStart + absl::Seconds(5)), "deliveries/5");
}

TEST(EndpointQueueTest, LaterOnesOfARootWaitForTheFirst) {
  EndpointQueue queue;
  queue.Add(At(1, "clusters/a"), kStart);
  queue.Add(At(2, "clusters/a"), kStart);
  const absl::Duration now = kStart + absl::Hours(1);
  const std::optional<PendingDelivery> first = queue.Take(now);
  EXPECT_EQ(TakenName(queue, now), "none");
  PendingDelivery next = *first;
  next.attempts = 1;
  queue.Postpone(next, now + absl::Minutes(5));
  EXPECT_EQ(TakenName(queue, now), "none");
  EXPECT_EQ(queue.NextDue(), now + absl::Minutes(5));
  const std::optional<PendingDelivery> again = queue.Take(now + absl::Minutes(5));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->name, "deliveries/1");
  EXPECT_EQ(again->attempts, 1);
}

TEST(EndpointQueueTest, OthersStepPastOneThatIsSettledDeadOrNot) {
  EndpointQueue queue;
  for (const int second : {1, 2, 3}) queue.Add(At(second, "clusters/a"), kStart);
  const absl::Duration now = kStart + absl::Hours(1);
  std::vector<std::string> order;
  while (const std::optional<PendingDelivery> taken = queue.Take(now)) {
    order.push_back(taken->name);
    queue.Remove(*taken);
  }
  EXPECT_THAT(order, testing::ElementsAre("deliveries/1", "deliveries/2", "deliveries/3"));
  EXPECT_EQ(queue.size(), 0u);
}

TEST(EndpointQueueTest, RootsDontWaitForEachOther) {
  EndpointQueue queue;
  queue.Add(At(1, "clusters/a"), kStart);
  queue.Add(At(2, "clusters/b"), kStart);
  const absl::Duration now = kStart + absl::Hours(1);
  EXPECT_EQ(TakenName(queue, now), "deliveries/1");
  EXPECT_EQ(TakenName(queue, now), "deliveries/2");
  EXPECT_EQ(queue.busy(), 2);
}

TEST(EndpointQueueTest, AnOlderOneThatComesLateGoesFirst) {
  EndpointQueue queue;
  queue.Add(At(2, "clusters/a"), kStart);
  queue.Add(At(1, "clusters/a"), kStart);
  const absl::Duration now = kStart + absl::Hours(1);
  const std::optional<PendingDelivery> first = queue.Take(now);
  EXPECT_EQ(first->name, "deliveries/1");
  // And one that comes while another is under way neither overtakes nor disturbs it.
  queue.Add(At(0, "clusters/a"), kStart);
  EXPECT_EQ(TakenName(queue, now), "none");
  queue.Remove(*first);
  EXPECT_EQ(TakenName(queue, now), "deliveries/0");
}

TEST(EndpointQueueTest, ADeliveryIsThereOnce) {
  EndpointQueue queue;
  EXPECT_TRUE(queue.Add(At(1, "clusters/a"), kStart));
  EXPECT_FALSE(queue.Add(At(1, "clusters/a"), kStart));
  EXPECT_EQ(queue.size(), 1u);
}

TEST(EndpointQueueTest, WhatIsDroppedHoldsNothingBehindIt) {
  EndpointQueue queue;
  for (const int second : {1, 2, 3}) queue.Add(At(second, "clusters/a"), kStart);
  queue.Add(At(4, "clusters/b"), kStart);
  const absl::Duration now = kStart + absl::Hours(1);
  const std::optional<PendingDelivery> first = queue.Take(now);
  EXPECT_EQ(queue.Drop([](const PendingDelivery& one) { return one.root == "clusters/a"; }), 2u);
  EXPECT_EQ(queue.size(), 2u);  // the one under way, and the other root's
  queue.Postpone(*first, now + absl::Hours(5));
  EXPECT_EQ(queue.Drop([](const PendingDelivery& one) { return one.root == "clusters/a"; }), 1u);
  queue.Add(At(5, "clusters/a"), kStart);
  EXPECT_EQ(TakenName(queue, now), "deliveries/4");
  EXPECT_EQ(TakenName(queue, now), "deliveries/5");
}

TEST(EndpointQueueTest, WhatWaitsCanBeMadeDue) {
  EndpointQueue queue;
  queue.Add(At(500, "clusters/a"), kStart);
  queue.Hasten(kStart);
  EXPECT_EQ(TakenName(queue, kStart), "deliveries/500");
}

TEST(EndpointQueueTest, OfWhatIsDueTogetherTheOldestGoesFirst) {
  EndpointQueue queue;
  for (const int number : {10, 9, 11}) {
    PendingDelivery delivery = At(number, absl::StrCat("clusters/c", number));
    delivery.wait = absl::ZeroDuration();
    queue.Add(delivery, kStart);
  }
  EXPECT_EQ(TakenName(queue, kStart), "deliveries/9");
  EXPECT_EQ(TakenName(queue, kStart), "deliveries/10");
}

TEST(EndpointQueueTest, ADeliveryFindsWhatItWaitsFor) {
  EndpointQueue queue;
  queue.Add(At(1, "clusters/a"), kStart);
  queue.Add(At(2, "clusters/a"), kStart);
  EXPECT_EQ(queue.Find("deliveries/2")->first, "deliveries/1");
  EXPECT_EQ(queue.Find("deliveries/2")->at, kStart + absl::Seconds(1));
  EXPECT_FALSE(queue.Find("deliveries/3"));
  queue.Take(kStart + absl::Hours(1));
  EXPECT_TRUE(queue.Find("deliveries/2")->busy);
}

}  // namespace
}  // namespace clusterwire::notification
