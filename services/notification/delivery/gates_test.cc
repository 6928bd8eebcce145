#include "services/notification/delivery/gates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/notification/channels/testing/jobs.h"

namespace clusterwire::notification {
namespace {

std::string Answer(const Job& job) {
  const GateAnswer answer = AskGates(job);
  if (const auto* drop = std::get_if<Drop>(&answer)) return drop->reason;
  return std::holds_alternative<Go>(answer) ? "go" : "wait";
}

TEST(GatesTest, WhatIsWantedGoes) { EXPECT_EQ(Answer(LabelAwardedJob()), "go"); }

TEST(GatesTest, ADeletedOrPausedSubscriptionGetsNothingMore) {
  Job job = LabelAwardedJob();
  job.interest = nullptr;
  EXPECT_EQ(Answer(job), "wanted: the subscription was deleted or paused");
}

TEST(GatesTest, NothingGoesToADeletedEndpoint) {
  Job job = LabelAwardedJob();
  job.endpoint = nullptr;
  EXPECT_EQ(Answer(job), "enabled: the endpoint was deleted");
}

TEST(GatesTest, NothingGoesToAnEndpointThatIsSwitchedOff) {
  Job job = LabelAwardedJob();
  auto endpoint = std::make_shared<v1::Endpoint>(*job.endpoint);
  endpoint->set_state(v1::Endpoint::STATE_DISABLED);
  job.endpoint = endpoint;
  EXPECT_EQ(Answer(job), "enabled: the endpoint is switched off");
}

TEST(GatesTest, NothingGoesToASuppressedMailbox) {
  Job job = LabelAwardedJob();
  job.suppressed = "its reader complained of a mail";
  EXPECT_EQ(Answer(job),
            "suppressed: nothing is sent to the mailbox: its reader complained of a mail");
}

TEST(GatesTest, WhatIsNotForEverybodyIsAskedOfThePredicateOnceMore) {
  Job job = LabelAwardedJob();
  change::v1::ResourceChanged change = job.record->change;
  change.mutable_after()->mutable_audience()->add_members("programmes/p");
  SetChange(job, change);
  EXPECT_EQ(Answer(job), "audience: the subscriber may not see the resource");
}

TEST(GatesTest, AnImageThatWasCutAwayIsNotTold) {
  Job job = LabelAwardedJob();
  change::v1::ResourceChanged change = job.record->change;
  change.clear_after();
  SetChange(job, change);
  EXPECT_EQ(Answer(job), "audience: the subscriber may not see the resource");
  job.delivery.transition = v1::TRANSITION_LEFT;
  EXPECT_EQ(Answer(job), "audience: the subscriber may not see the resource");
}

TEST(GatesTest, WhatIsNotPublicWaitsWhileItIsNotKnownWhoMaySeeIt) {
  Job job = LabelAwardedJob();
  job.held_until = absl::FromUnixSeconds(5);
  const GateAnswer answer = AskGates(job);
  ASSERT_TRUE(std::holds_alternative<Wait>(answer));
  EXPECT_EQ(std::get<Wait>(answer).reason,
            "grants: what is not public waits until it is known who may see it");
  EXPECT_EQ(std::get<Wait>(answer).until, absl::FromUnixSeconds(5));
  job.hidden = true;
  EXPECT_EQ(Answer(job), "audience: the subscriber may not see the resource");
}

TEST(GatesTest, WhatWasHiddenSinceIsNotTold) {
  Job job = LabelAwardedJob();
  job.hidden = true;
  for (const v1::Transition transition : {v1::TRANSITION_ENTERED, v1::TRANSITION_CHANGED}) {
    job.delivery.transition = transition;
    EXPECT_EQ(Answer(job), "audience: the subscriber may not see the resource");
  }
  change::v1::ResourceChanged change = job.record->change;
  *change.mutable_before() = change.after();
  SetChange(job, change);
  job.delivery.transition = v1::TRANSITION_LEFT;
  EXPECT_EQ(Answer(job), "go");
}

}  // namespace
}  // namespace clusterwire::notification
