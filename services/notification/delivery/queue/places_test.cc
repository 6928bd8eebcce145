#include "services/notification/delivery/queue/places.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "services/notification/delivery/queue/pace.h"
#include "services/notification/delivery/queue/turns.h"

namespace clusterwire::notification {
namespace {

using Kind = Pace::Kind;

class PlacesTest : public testing::Test {
 protected:
  // Takes as many as it may for an endpoint of that subscriber.
  int TakeAll(Kind kind, const std::string& subscriber) {
    int held = 0;
    while (places_.MayTake(kind, held, subscriber)) {
      places_.Take(kind, subscriber);
      ++held;
    }
    return held;
  }

  Places places_{1000, 32};
};

TEST_F(PlacesTest, OneEndpointHasItsLimitByHowItAnswers) {
  EXPECT_EQ(TakeAll(Kind::kQuick, "a"), 32);
  EXPECT_EQ(TakeAll(Kind::kSlow, "b"), 32);
  EXPECT_EQ(TakeAll(Kind::kNew, "c"), Places::kOfNew);
  EXPECT_EQ(TakeAll(Kind::kSilent, "d"), Places::kOfSilent);
}

TEST_F(PlacesTest, AnyNumberOfSilentEndpointsLeavesTheOthersTheirs) {
  for (int i = 0; i < 2000; ++i) TakeAll(Kind::kSilent, absl::StrCat("silent", i));
  EXPECT_EQ(places_.taken(), 250);
  EXPECT_EQ(TakeAll(Kind::kNew, "new"), Places::kOfNew);
  EXPECT_EQ(TakeAll(Kind::kQuick, "quick"), 32);
}

TEST_F(PlacesTest, AnyNumberOfSlowOrNewOnesLeavesTheQuickHalf) {
  for (int i = 0; i < 2000; ++i) TakeAll(Kind::kSlow, absl::StrCat("slow", i));
  EXPECT_EQ(places_.taken(), 500);
  EXPECT_EQ(TakeAll(Kind::kNew, "new"), 0);
  EXPECT_EQ(TakeAll(Kind::kQuick, "quick"), 32);
}

TEST_F(PlacesTest, FortyBusyOnesLeaveRoomForTheNext) {
  for (int i = 0; i < 40; ++i) EXPECT_GT(TakeAll(Kind::kQuick, absl::StrCat("busy", i)), 0);
  EXPECT_GT(TakeAll(Kind::kQuick, "next"), 0);
  EXPECT_LT(places_.taken(), 1000);
}

TEST_F(PlacesTest, OneSubscriberHasAtMostHalfOfWhatIsFreeOverAllItsEndpoints) {
  int held = 0;
  for (int i = 0; i < 20; ++i) held += TakeAll(Kind::kQuick, "one");
  EXPECT_LE(held, 340);
  EXPECT_EQ(places_.TakenBy("one"), held);
  EXPECT_EQ(TakeAll(Kind::kQuick, "other"), 32);
}

TEST_F(PlacesTest, AsLongAsThereIsAnyOneIsAllowed) {
  Places few(2, 32);
  ASSERT_TRUE(few.MayTake(Kind::kNew, 0, "a"));
  few.Take(Kind::kNew, "a");
  EXPECT_FALSE(few.MayTake(Kind::kNew, 0, "b"));  // the half of new ones
  ASSERT_TRUE(few.MayTake(Kind::kQuick, 0, "b"));
  few.Take(Kind::kQuick, "b");
  EXPECT_FALSE(few.MayTake(Kind::kQuick, 0, "c"));
  few.GiveBack(Kind::kNew, "a");
  EXPECT_TRUE(few.MayTake(Kind::kQuick, 0, "c"));
  EXPECT_EQ(few.TakenBy("a"), 0);
}

TEST(PaceTest, WhoAlwaysAnsweredQuicklyGetsLessTimeAndAfterASilenceAllOfItAgain) {
  constexpr absl::Duration kMost = absl::Seconds(15);
  Pace pace;
  EXPECT_EQ(pace.kind(), Kind::kNew);
  for (int i = 0; i < Pace::kEnough; ++i) {
    EXPECT_EQ(pace.TimeLimit(kMost), kMost);
    pace.OnAnswer(absl::Milliseconds(50));
  }
  EXPECT_EQ(pace.kind(), Kind::kQuick);
  EXPECT_EQ(pace.TimeLimit(kMost), Pace::kShortestLimit);
  EXPECT_EQ(pace.TimeLimit(absl::Seconds(1)), absl::Seconds(1));
  pace.OnSilence();
  EXPECT_EQ(pace.kind(), Kind::kSilent);
  EXPECT_EQ(pace.TimeLimit(kMost), kMost);
  pace.OnAnswer(absl::Seconds(9));
  EXPECT_EQ(pace.kind(), Kind::kSlow);
  for (int i = 0; i < 20; ++i) pace.OnAnswer(absl::Milliseconds(50));
  EXPECT_EQ(pace.kind(), Kind::kQuick);
}

TEST(PaceTest, WhoTakesLongKeepsItsTime) {
  Pace pace;
  for (int i = 0; i < 100; ++i) pace.OnAnswer(absl::Seconds(3));
  EXPECT_EQ(pace.TimeLimit(absl::Seconds(15)), absl::Seconds(12));
}

TEST(TurnsTest, SubscribersTakeTurnsAndInEachOfThemItsEndpoints) {
  struct Endpoint {
    std::string subscriber;
    std::string name;
  };
  std::vector<Endpoint> endpoints = {{"a", "a1"}, {"a", "a2"}, {"a", "a3"}, {"b", "b1"}};
  Turns<Endpoint> turns;
  for (Endpoint& endpoint : endpoints) turns.Add(endpoint);
  std::string order;
  const auto look = [&] { order += turns.Next().name + " "; };
  for (int i = 0; i < 8; ++i) {
    look();
    turns.Pass();
  }
  EXPECT_EQ(order, "a1 b1 a2 b1 a3 b1 a1 b1 ");
  order.clear();
  while (!turns.empty()) {
    look();
    turns.Leave();
  }
  EXPECT_EQ(order, "a2 b1 a3 a1 ") << "one that left has no turn, and holds no other's";
  EXPECT_EQ(turns.size(), 0u);
  turns.Add(endpoints[0]);
  EXPECT_EQ(turns.Next().name, "a1") << "whose line was empty";
}

}  // namespace
}  // namespace clusterwire::notification
