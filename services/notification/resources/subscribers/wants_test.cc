#include "google/protobuf/text_format.h"
#include <gtest/gtest.h>

#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

using filter::Transition;

v1::Subscription Subscription(const char* text) {
  v1::Subscription subscription;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &subscription));
  return subscription;
}

bool Hears(const char* subscription, Transition transition, const char* kind, bool quiet = false) {
  return Wants(Subscription(subscription), transition, kind, quiet);
}

TEST(Wants, HearsOfEveryTransitionWhenNoneIsNamed) {
  for (Transition transition : {Transition::kEntered, Transition::kLeft, Transition::kChanged}) {
    EXPECT_TRUE(Hears("", transition, "cluster.updated"));
  }
}

TEST(Wants, HearsOfNothingThatNeverMatched) {
  EXPECT_FALSE(Hears("", Transition::kNone, "cluster.updated"));
  EXPECT_FALSE(Hears("kinds: 'label.awarded'", Transition::kNone, "label.awarded"));
}

TEST(Wants, HearsOfNamedTransitionsOnly) {
  const char* entered = "transitions: TRANSITION_ENTERED";
  EXPECT_TRUE(Hears(entered, Transition::kEntered, "cluster.published"));
  EXPECT_FALSE(Hears(entered, Transition::kChanged, "cluster.updated"));
  EXPECT_FALSE(Hears(entered, Transition::kLeft, "cluster.deleted"));
}

TEST(Wants, HearsOfNamedKindsWhateverTheTransition) {
  const char* awarded = "kinds: 'label.awarded' kinds: 'label.revoked'";
  EXPECT_TRUE(Hears(awarded, Transition::kEntered, "label.awarded"));
  EXPECT_TRUE(Hears(awarded, Transition::kLeft, "label.revoked"));
  EXPECT_FALSE(Hears(awarded, Transition::kEntered, "label.renewed"));
}

TEST(Wants, NeedsBothWhenBothAreNamed) {
  const char* both = "kinds: 'label.awarded' transitions: TRANSITION_ENTERED";
  EXPECT_TRUE(Hears(both, Transition::kEntered, "label.awarded"));
  EXPECT_FALSE(Hears(both, Transition::kChanged, "label.awarded"));
  EXPECT_FALSE(Hears(both, Transition::kEntered, "label.renewed"));
}

TEST(Wants, HearsOfQuietChangesOnlyWhenItAsksForThem) {
  EXPECT_FALSE(Hears("", Transition::kEntered, "cluster.created", true));
  EXPECT_FALSE(Hears("kinds: 'cluster.created'", Transition::kEntered, "cluster.created", true));
  EXPECT_TRUE(Hears("include_quiet: true", Transition::kEntered, "cluster.created", true));
}

TEST(Wants, TakesARefreshForNewsOnlyWhenSomethingEntersOrLeaves) {
  EXPECT_TRUE(Hears("", Transition::kEntered, "facts.refreshed"));
  EXPECT_TRUE(Hears("", Transition::kLeft, "facts.refreshed"));
  EXPECT_FALSE(Hears("", Transition::kChanged, "facts.refreshed"));
  EXPECT_FALSE(Hears("transitions: TRANSITION_CHANGED", Transition::kChanged, "facts.refreshed"));
}

TEST(Wants, HearsOfARefreshThatItNames) {
  EXPECT_TRUE(Hears("kinds: 'facts.refreshed'", Transition::kChanged, "facts.refreshed"));
  EXPECT_FALSE(Hears("kinds: 'label.awarded'", Transition::kEntered, "facts.refreshed"));
}

}  // namespace
}  // namespace clusterwire::notification
