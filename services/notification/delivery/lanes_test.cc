#include "services/notification/delivery/lanes.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

std::string TakenName(Lanes& lanes, absl::Time now) {
  const std::optional<PendingDelivery> taken = lanes.Take(now);
  return taken ? taken->name : "none";
}

TEST(LanesTest, NothingIsTakenBeforeItsTime) {
  Lanes lanes;
  lanes.Add(At(5, "clusters/a"));
  EXPECT_EQ(lanes.NextDue(), kStart + absl::Seconds(5));
  EXPECT_EQ(TakenName(lanes, kStart), "none");
  EXPECT_EQ(TakenName(lanes, kStart + absl::Seconds(5)), "deliveries/5");
}

TEST(LanesTest, LaterOnesOfARootWaitForTheFirst) {
  Lanes lanes;
  lanes.Add(At(1, "clusters/a"));
  lanes.Add(At(2, "clusters/a"));
  const absl::Time now = kStart + absl::Hours(1);
  const std::optional<PendingDelivery> first = lanes.Take(now);
  EXPECT_EQ(TakenName(lanes, now), "none");
  lanes.Postpone(*first, 1, now + absl::Minutes(5));
  EXPECT_EQ(TakenName(lanes, now), "none");
  EXPECT_EQ(lanes.NextDue(), now + absl::Minutes(5));
  const std::optional<PendingDelivery> again = lanes.Take(now + absl::Minutes(5));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->name, "deliveries/1");
  EXPECT_EQ(again->attempts, 1);
}

TEST(LanesTest, OthersStepPastOneThatIsSettledDeadOrNot) {
  Lanes lanes;
  for (const int second : {1, 2, 3}) lanes.Add(At(second, "clusters/a"));
  const absl::Time now = kStart + absl::Hours(1);
  std::vector<std::string> order;
  while (const std::optional<PendingDelivery> taken = lanes.Take(now)) {
    order.push_back(taken->name);
    lanes.Settle(*taken);
  }
  EXPECT_THAT(order, testing::ElementsAre("deliveries/1", "deliveries/2", "deliveries/3"));
  EXPECT_EQ(lanes.size(), 0u);
}

TEST(LanesTest, RootsDontWaitForEachOther) {
  Lanes lanes;
  lanes.Add(At(1, "clusters/a"));
  lanes.Add(At(2, "clusters/b"));
  const absl::Time now = kStart + absl::Hours(1);
  EXPECT_EQ(TakenName(lanes, now), "deliveries/1");
  EXPECT_EQ(TakenName(lanes, now), "deliveries/2");
  EXPECT_EQ(lanes.busy(), 2);
}

TEST(LanesTest, AnOlderOneThatComesLateGoesFirst) {
  Lanes lanes;
  lanes.Add(At(2, "clusters/a"));
  lanes.Add(At(1, "clusters/a"));
  const absl::Time now = kStart + absl::Hours(1);
  const std::optional<PendingDelivery> first = lanes.Take(now);
  EXPECT_EQ(first->name, "deliveries/1");
  // And one that comes while another is under way neither overtakes nor disturbs it.
  lanes.Add(At(0, "clusters/a"));
  EXPECT_EQ(TakenName(lanes, now), "none");
  lanes.Settle(*first);
  EXPECT_EQ(TakenName(lanes, now), "deliveries/0");
}

TEST(LanesTest, ADeliveryIsThereOnce) {
  Lanes lanes;
  EXPECT_TRUE(lanes.Add(At(1, "clusters/a")));
  EXPECT_FALSE(lanes.Add(At(1, "clusters/a")));
  EXPECT_EQ(lanes.size(), 1u);
}

}  // namespace
}  // namespace clusterwire::notification
