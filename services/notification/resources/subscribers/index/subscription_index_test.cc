#include "services/notification/resources/subscribers/index/subscription_index.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;

v1::Subscription Named(std::string_view subscriber, std::string_view id,
                       const std::string& title = "") {
  v1::Subscription subscription;
  subscription.set_name(
      absl::StrCat("subscribers/", std::string(subscriber), "/subscriptions/", std::string(id)));
  subscription.set_title(title);
  return subscription;
}

std::string TitleOf(const SubscriptionIndex::Known& known) {
  v1::Subscription subscription;
  EXPECT_TRUE(subscription.ParseFromString(std::string(known.bytes)));
  return subscription.title();
}

TEST(SubscriptionIndexTest, KeepsANumberFromTheFirstPutToTheRemovalAndNeverGivesItAgain) {
  SubscriptionIndex index;
  const int64_t number = index.Put(Named("x", "a", "one"), Use::kAsked);
  EXPECT_EQ(index.Put(Named("x", "a", "two"), Use::kAsked), number);
  ASSERT_TRUE(index.At(number));
  EXPECT_EQ(TitleOf(*index.At(number)), "two");
  EXPECT_TRUE(index.Remove("subscribers/x/subscriptions/a"));
  EXPECT_FALSE(index.Remove("subscribers/x/subscriptions/a"));
  const int64_t next = index.Put(Named("x", "a"), Use::kAsked);
  EXPECT_NE(next, number);
  EXPECT_FALSE(index.At(number));
  EXPECT_TRUE(index.At(next));
}

TEST(SubscriptionIndexTest, OfOneSubscriberComeInOrder) {
  SubscriptionIndex index;
  for (const char* id : {"c", "a", "b"}) index.Put(Named("x", id, id), Use::kAsked);
  index.Put(Named("xa", "d"), Use::kAsked);
  index.Put(Named("x", "paused"), Use::kPaused);
  std::vector<std::string> titles;
  index.ForEachOf("subscribers/x", [&](const SubscriptionIndex::Known& known) {
    titles.push_back(known.use == Use::kAsked ? TitleOf(known) : "-");
  });
  EXPECT_THAT(titles, ElementsAre("a", "b", "c", "-"));
}

TEST(SubscriptionIndexTest, AnEndpointOfTheSameIdIsNoSubscription) {
  SubscriptionIndex index;
  index.Put(Named("x", "inbox"), Use::kAsked);
  EXPECT_FALSE(index.Find("subscribers/x/endpoints/inbox"));
  EXPECT_FALSE(index.Remove("subscribers/x/endpoints/inbox"));
  EXPECT_FALSE(index.Remove("subscribers/x"));
  EXPECT_TRUE(index.Find("subscribers/x/subscriptions/inbox"));
}

TEST(SubscriptionIndexTest, AgreesWithAMapWhateverComesAndGoes) {
  SeededRandom random(TestSeed());
  SubscriptionIndex index;
  std::map<std::string, std::pair<int64_t, Use>> all;
  for (int round = 0; round < 5000; ++round) {
    const v1::Subscription one =
        Named(absl::StrCat("s", random.Below(5)), absl::StrCat("i", random.Below(20)));
    if (random.Below(3) == 0) {
      EXPECT_EQ(index.Remove(one.name()), all.erase(one.name()) == 1);
    } else {
      const auto use = static_cast<Use>(random.Below(kUses));
      const int64_t number = index.Put(one, use);
      const auto [known, added] = all.try_emplace(one.name(), number, use);
      EXPECT_EQ(known->second.first, number);
      known->second.second = use;
    }
    std::array<size_t, kUses> counts = {};
    for (const auto& [name, known] : all) ++counts[static_cast<size_t>(known.second)];
    for (size_t use = 0; use < kUses; ++use) {
      ASSERT_EQ(index.CountOf(static_cast<Use>(use)), counts[use]);
    }
  }
  for (const auto& [name, known] : all) {
    ASSERT_TRUE(index.Find(name)) << name;
    EXPECT_EQ(index.Find(name)->number, known.first);
    EXPECT_EQ(index.At(known.first)->use, known.second);
  }
}

}  // namespace
}  // namespace clusterwire::notification
