#include "services/notification/delivery/gates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/notification/channels/testing/event_jobs.h"
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

// A job that goes to a mailbox, with consent in this state.
Job MailJob(bool confirmed, v1::Consent::State state) {
  Job job = LabelAwardedJob();
  auto endpoint = std::make_shared<v1::Endpoint>(*job.endpoint);
  endpoint->mutable_email()->set_address("anna@example.org");
  if (confirmed) endpoint->mutable_email()->mutable_verify_time()->set_seconds(1);
  auto interest = std::make_shared<Interest>(*job.interest);
  interest->subscription.mutable_consent()->set_state(state);
  interest->subscription.mutable_consent()->set_endpoint(endpoint->name());
  job.endpoint = endpoint;
  job.interest = interest;
  return job;
}

TEST(GatesTest, AMailNeedsAConfirmedAddressAndConsent) {
  EXPECT_EQ(Answer(MailJob(true, v1::Consent::STATE_GIVEN)), "go");
  EXPECT_EQ(Answer(MailJob(false, v1::Consent::STATE_GIVEN)),
            "consent: the address is not confirmed");
  EXPECT_EQ(Answer(MailJob(true, v1::Consent::STATE_WAITING)),
            "consent: the owner of the address has not consented to the subscription");
  EXPECT_EQ(Answer(MailJob(true, v1::Consent::STATE_WITHDRAWN)), "consent: unsubscribed");
  Job elsewhere = MailJob(true, v1::Consent::STATE_GIVEN);
  auto interest = std::make_shared<Interest>(*elsewhere.interest);
  interest->subscription.mutable_consent()->set_endpoint("subscribers/x/endpoints/other");
  elsewhere.interest = interest;
  EXPECT_EQ(Answer(elsewhere),
            "consent: the owner of the address has not consented to the subscription");
}

TEST(GatesTest, WhatFewMaySeeNeedsAConfirmedAddressAlone) {
  const auto with_audience = [](Job job) {
    change::v1::ResourceChanged change = job.record->change;
    change.mutable_after()->mutable_audience()->add_members("programmes/p");
    SetChange(job, change);
    return job;
  };
  const std::string past_consent = "audience: the subscriber may not see the resource";
  EXPECT_EQ(Answer(with_audience(MailJob(true, v1::Consent::STATE_WAITING))), past_consent);
  EXPECT_EQ(Answer(with_audience(MailJob(false, v1::Consent::STATE_GIVEN))),
            "consent: the address is not confirmed");
  EXPECT_EQ(Answer(with_audience(MailJob(true, v1::Consent::STATE_WITHDRAWN))),
            "consent: unsubscribed");
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

TEST(GatesTest, ACorrectionGoesWhereAnInvitationWentOutThatIsWrongNow) {
  Job job =
      ConferenceJob(ConferenceChange(2, "event.moved", PragueConference(0), PragueConference(1)),
                    v1::CALENDAR_MODE_INVITE, v1::TRANSITION_CORRECTED);
  job.endpoint = LabelAwardedJob().endpoint;  // which needs no consent
  EXPECT_EQ(Answer(job), "calendar: no invitation went out before");
  job.invitation->version = job.invitation->sequence = 0;
  EXPECT_EQ(Answer(job), "go");
  job.hidden = true;
  EXPECT_EQ(Answer(job), "go");
  job.hidden = false;
  job.invitation->version = job.invitation->sequence = 1;
  EXPECT_EQ(Answer(job), "calendar: what went out before is still right");
  job.invitation_unread = true;
  EXPECT_EQ(Answer(job), "wait");
}

TEST(GatesTest, TheDeletionOfTheirOwnMatterReachesACalendarAsTheInvitationDid) {
  type::v1::Facts draft = PragueConference(0);
  draft.mutable_audience()->add_members("clusters/x");
  Job job = ConferenceJob(ConferenceChange(2, "event.deleted", draft, {}), v1::CALENDAR_MODE_INVITE,
                          v1::TRANSITION_CORRECTED);
  auto endpoint = std::make_shared<v1::Endpoint>(*job.endpoint);
  endpoint->mutable_email()->mutable_verify_time()->set_seconds(1);
  job.endpoint = endpoint;
  job.invitation->version = job.invitation->sequence = 0;
  EXPECT_EQ(Answer(job), "go");
}

}  // namespace
}  // namespace clusterwire::notification
