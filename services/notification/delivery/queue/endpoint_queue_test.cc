#include "services/notification/delivery/queue/endpoint_queue.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"

namespace clusterwire::notification {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

PendingDelivery At(int second, const std::string& root) {
  return {.name = absl::StrCat("deliveries/", second),
          .root = root,
          .endpoint = "e",
          .created = kStart + absl::Seconds(second),
          .due = kStart + absl::Seconds(second)};
}

std::string TakenName(EndpointQueue& queue, absl::Time now) {
  const std::optional<PendingDelivery> taken = queue.Take(now);
  return taken ? taken->name : "none";
}

TEST(EndpointQueueTest, NothingIsTakenBeforeItsTime) {
  EndpointQueue queue;
  queue.Add(At(5, "clusters/a"));
  EXPECT_EQ(queue.NextDue(), kStart + absl::Seconds(5));
  EXPECT_EQ(TakenName(queue, kStart), "none");
  EXPECT_EQ(TakenName(queue, kStart + absl::Seconds(5)), "deliveries/5");
}

TEST(EndpointQueueTest, LaterOnesOfARootWaitForTheFirst) {
  EndpointQueue queue;
  queue.Add(At(1, "clusters/a"));
  queue.Add(At(2, "clusters/a"));
  const absl::Time now = kStart + absl::Hours(1);
  const std::optional<PendingDelivery> first = queue.Take(now);
  EXPECT_EQ(TakenName(queue, now), "none");
  queue.Postpone(*first, 1, now + absl::Minutes(5));
  EXPECT_EQ(TakenName(queue, now), "none");
  EXPECT_EQ(queue.NextDue(), now + absl::Minutes(5));
  const std::optional<PendingDelivery> again = queue.Take(now + absl::Minutes(5));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->name, "deliveries/1");
  EXPECT_EQ(again->attempts, 1);
}

TEST(EndpointQueueTest, OthersStepPastOneThatIsSettledDeadOrNot) {
  EndpointQueue queue;
  for (const int second : {1, 2, 3}) queue.Add(At(second, "clusters/a"));
  const absl::Time now = kStart + absl::Hours(1);
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
  queue.Add(At(1, "clusters/a"));
  queue.Add(At(2, "clusters/b"));
  const absl::Time now = kStart + absl::Hours(1);
  EXPECT_EQ(TakenName(queue, now), "deliveries/1");
  EXPECT_EQ(TakenName(queue, now), "deliveries/2");
  EXPECT_EQ(queue.busy(), 2);
}

TEST(EndpointQueueTest, AnOlderOneThatComesLateGoesFirst) {
  EndpointQueue queue;
  queue.Add(At(2, "clusters/a"));
  queue.Add(At(1, "clusters/a"));
  const absl::Time now = kStart + absl::Hours(1);
  const std::optional<PendingDelivery> first = queue.Take(now);
  EXPECT_EQ(first->name, "deliveries/1");
  // And one that comes while another is under way neither overtakes nor disturbs it.
  queue.Add(At(0, "clusters/a"));
  EXPECT_EQ(TakenName(queue, now), "none");
  queue.Remove(*first);
  EXPECT_EQ(TakenName(queue, now), "deliveries/0");
}

TEST(EndpointQueueTest, ADeliveryIsThereOnce) {
  EndpointQueue queue;
  EXPECT_TRUE(queue.Add(At(1, "clusters/a")));
  EXPECT_FALSE(queue.Add(At(1, "clusters/a")));
  EXPECT_EQ(queue.size(), 1u);
}

TEST(BreakerTest, OpensAfterEnoughFailuresInARowForGrowingPauses) {
  SeededRandom random(TestSeed());
  Breaker breaker(random);
  for (int i = 1; i < Breaker::kThreshold; ++i) breaker.OnFailure(kStart, absl::InfinitePast());
  EXPECT_EQ(breaker.open_until(), absl::InfinitePast());
  EXPECT_EQ(breaker.Allowed(32), 32);
  breaker.OnFailure(kStart, absl::InfinitePast());
  const absl::Time first = breaker.open_until();
  EXPECT_GT(first, kStart);
  EXPECT_EQ(breaker.Allowed(32), 1);
  breaker.OnFailure(kStart, absl::InfinitePast());  // was under way when it opened
  EXPECT_EQ(breaker.open_until(), first);
  breaker.OnFailure(first, absl::InfinitePast());
  EXPECT_GT(breaker.open_until() - first, (first - kStart) * 1.1);
  breaker.OnSuccess();
  EXPECT_EQ(breaker.Allowed(32), 32);
  EXPECT_EQ(breaker.open_until(), absl::InfinitePast());
}

}  // namespace
}  // namespace clusterwire::notification
