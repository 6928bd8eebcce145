#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/channels/channels.h"
#include "services/notification/grants/testing/grant_records.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {
namespace {

// A delivery to the subscriber of corp:4711, who may see what programmes/p does.
class JobTest : public testing::Test {
 protected:
  JobTest() {
    store_.AddSubscriber("office", "corp:4711");
    v1::Subscription subscription;
    subscription.set_endpoint("subscribers/office/endpoints/inbox");
    store_.AddSubscription("subscribers/office", "all", subscription);
    store_.CatchUp();
    ReadOn(*store_.grants, GrantTo("corp:4711", "programmes/p"));
    change_.set_name("clusters/a");
    change_.set_kind("cluster.published");
    change_.mutable_before()->set_name("clusters/a");
    change_.mutable_before()->mutable_audience()->add_members("programmes/p");
    change_.mutable_after()->set_name("clusters/a");
    change_.mutable_cluster()->set_name("clusters/a");
  }
  Job Make(v1::Transition transition, std::string_view seen_by = "") {
    auto record = std::make_shared<KeptRecord>();
    record->change = change_;
    return JobOf({.subscription = "subscribers/office/subscriptions/all",
                  .endpoint = "subscribers/office/endpoints/inbox",
                  .transition = transition},
                 record, seen_by, *store_.interests, store_.clock.Now());
  }
  void Withdraw() { ReadOn(*store_.grants, Withdrawn("grants/a", 2)); }

  TestStore store_;
  change::v1::ResourceChanged change_;
};

TEST_F(JobTest, ShowsWhatTheSubscriberMaySeeNow) {
  const Job job = Make(v1::TRANSITION_CHANGED);
  EXPECT_TRUE(job.record->change.has_before());
  EXPECT_EQ(job.delivery.transition, v1::TRANSITION_CHANGED);
  EXPECT_EQ(job.held_until, std::nullopt);
}

TEST_F(JobTest, WhatAWithdrawnGrantShowedCountsAsNotThere) {
  Withdraw();
  const Job job = Make(v1::TRANSITION_CHANGED);
  EXPECT_FALSE(job.record->change.has_before());
  EXPECT_TRUE(job.record->change.has_after());
  EXPECT_EQ(job.delivery.transition, v1::TRANSITION_ENTERED) << "CHANGED would tell of the draft";
  *change_.mutable_after()->mutable_audience() = change_.before().audience();
  EXPECT_FALSE(Make(v1::TRANSITION_ENTERED).record->change.has_after());
  EXPECT_FALSE(Make(v1::TRANSITION_ENTERED).record->change.has_cluster());
}

TEST_F(JobTest, WhatWasHiddenSinceIsHiddenFromThoseAloneWhoDoNotSeeIt) {
  EXPECT_FALSE(Make(v1::TRANSITION_CHANGED, " programmes/p ").hidden);
  EXPECT_TRUE(Make(v1::TRANSITION_CHANGED, " programmes/q ").hidden);
  Withdraw();
  EXPECT_TRUE(Make(v1::TRANSITION_CHANGED, " programmes/p ").hidden);
}

TEST_F(JobTest, OldGrantsHoldWhatIsNotPublicAndNothingElse) {
  store_.clock.Advance(absl::Seconds(11));
  const Job held = Make(v1::TRANSITION_CHANGED);
  ASSERT_NE(held.held_until, std::nullopt);
  EXPECT_GT(*held.held_until, store_.clock.Now());
  EXPECT_NE(Make(v1::TRANSITION_ENTERED, " programmes/p ").held_until, std::nullopt);
  change_.mutable_before()->clear_audience();
  EXPECT_EQ(Make(v1::TRANSITION_CHANGED).held_until, std::nullopt);
  store_.grants->CaughtUp(store_.clock.Uptime());
  EXPECT_EQ(Make(v1::TRANSITION_ENTERED, " programmes/p ").held_until, std::nullopt);
}

}  // namespace
}  // namespace clusterwire::notification
