#include "services/notification/channels/told.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/notification/channels/notice.h"
#include "services/notification/channels/testing/jobs.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// A job of this resource whose state goes from one to the other.
Job JobOf(const std::string& resource, int64_t sequence, const std::string& from,
          const std::string& to, const std::string& subscription = "a") {
  Job job = LabelAwardedJob();
  change::v1::ResourceChanged change = job.record->change;
  change.set_name(resource);
  change.set_kind("cluster.updated");
  change.clear_before();
  if (!from.empty()) {
    *change.mutable_before() = change.after();
    change.mutable_before()->set_state(from);
  }
  change.mutable_after()->set_state(to);
  SetChange(job, change);
  job.delivery.sequence = sequence;
  job.delivery.change_id = resource + std::to_string(sequence);
  job.delivery.name = "deliveries/" + subscription + job.delivery.change_id;
  job.delivery.subscription = "subscribers/x/subscriptions/" + subscription;
  job.delivery.transition = v1::TRANSITION_CHANGED;
  return job;
}

std::shared_ptr<const Job> Share(Job job) { return std::make_shared<const Job>(std::move(job)); }

TEST(ToldTest, OneChangeIsToldAsItIs) {
  const Job job = JobOf("clusters/a", 1, "draft", "published");
  const std::vector<Told> told = ToldBy(job);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(NoticeOf(*told[0].job).text, NoticeOf(job).text);
  EXPECT_THAT(told[0].changes, SizeIs(1));
}

TEST(ToldTest, ChangesOfOneResourceAreToldFromBeforeTheFirstToWhatItIsNow) {
  Job job = JobOf("clusters/a", 2, "two", "three");
  job.others = {Share(JobOf("clusters/a", 1, "one", "two"))};
  std::vector<Told> told = ToldBy(job);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_THAT(NoticeOf(*told[0].job).text, HasSubstr("State: one → three"));
  EXPECT_THAT(told[0].changes, SizeIs(2));
  EXPECT_EQ(told[0].changes[0]->delivery.sequence, 1);

  job.latest = JobOf("clusters/a", 9, "", "nine").record;
  EXPECT_THAT(NoticeOf(*ToldBy(job)[0].job).text, HasSubstr("State: one → nine"));
}

TEST(ToldTest, EachSubscriptionIsNamedOnceAndEachChange) {
  Job job = JobOf("clusters/a", 1, "", "published", "a");
  job.others = {Share(JobOf("clusters/a", 1, "", "published", "b")),
                Share(JobOf("clusters/b", 2, "", "published", "a"))};
  const std::vector<Told> told = ToldBy(job);
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_THAT(told[0].subscriptions, SizeIs(2));
  EXPECT_THAT(told[0].changes, SizeIs(1));
  EXPECT_EQ(told[1].job->record->change.name(), "clusters/b");
  EXPECT_THAT(SubscriptionTitles(job), ElementsAre(job.interest->subscription.title()));
}

TEST(ToldTest, WhatBeganToMatchIsToldAsNewAndWhatLeftFromTheImageBefore) {
  Job entered = JobOf("clusters/a", 1, "", "one");
  entered.delivery.transition = v1::TRANSITION_ENTERED;
  Job changed = JobOf("clusters/a", 2, "one", "two");
  changed.others = {Share(entered)};
  EXPECT_EQ(ToldBy(changed)[0].job->delivery.transition, v1::TRANSITION_ENTERED);
  EXPECT_FALSE(ToldBy(changed)[0].job->record->change.has_before());

  Job left = JobOf("clusters/a", 3, "two", "three");
  left.delivery.transition = v1::TRANSITION_LEFT;
  left.others = {Share(entered)};
  left.latest = JobOf("clusters/a", 9, "", "nine").record;
  const Told told = ToldBy(left)[0];
  EXPECT_EQ(told.job->delivery.transition, v1::TRANSITION_LEFT);
  EXPECT_EQ(told.job->record->change.before().state(), "two");
}

}  // namespace
}  // namespace clusterwire::notification
