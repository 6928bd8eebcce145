// What ingest makes of a change for those whose calendars have the event.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/change/record.h"
#include "services/notification/channels/testing/event_jobs.h"
#include "services/notification/ingest/testing/intake_fixture.h"
#include "services/notification/ingest/testing/messages.h"
#include "services/notification/ledger/calendar/invitations.h"
#include "services/notification/resources/subscribers/subscription_rules.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using type::v1::Facts;

constexpr char kSubscription[] = "subscribers/x/subscriptions/nrw";
constexpr char kMailbox[] = "subscribers/x/endpoints/mail";

// The conference as it is in North Rhine-Westphalia, or elsewhere.
Facts Conference(int sequence, const std::string& region = "nuts:DEA") {
  Facts facts = PragueConference(sequence);
  facts.add_codes(region);
  return facts;
}

class CorrectionsTest : public IntakeFixture {
 protected:
  CorrectionsTest() {
    v1::Endpoint endpoint;
    endpoint.mutable_email()->set_address("anna@example.net");
    EXPECT_THAT(store_.endpoints->Create(AsOperator(), "subscribers/x", endpoint, "mail"), IsOk());
    v1::Subscription subscription;
    subscription.set_endpoint(kMailbox);
    subscription.set_calendar(v1::CALENDAR_MODE_INVITE);
    subscription.mutable_filter()->add_types("event");
    subscription.mutable_filter()->add_regions("nuts:DEA");
    subscription.add_transitions(v1::TRANSITION_ENTERED);
    store_.AddSubscription("subscribers/x", "nrw", subscription);
  }

  // The calendar was told of this version.
  void Tell(int64_t version, bool cancelled = false) {
    const auto write = [&](sql::Connection& connection) -> absl::Status {
      Invitations invitations(connection);
      const auto invited = invitations.Of(PragueConference(0).calendar().uid());
      EXPECT_THAT(invited, IsOk());
      for (const Invited& one : *invited) {
        const absl::Status told = invitations.SetTold({.subscription = one.subscription,
                                                       .subscription_made = one.made,
                                                       .endpoint = one.endpoint},
                                                      {.uid = one.invitation.uid,
                                                       .version = version,
                                                       .sequence = version,
                                                       .cancelled = cancelled,
                                                       .ends = one.invitation.ends});
        if (!told.ok()) return told;
      }
      return absl::OkStatus();
    };
    ASSERT_THAT(ledger_->Write(write), IsOk());
  }
  // Transitions of the deliveries of a change that was just taken.
  std::vector<v1::Transition> Taken(const change::v1::ResourceChanged& change) {
    EXPECT_THAT(Take({MessageOf(change, change.revision())}), IsOk());
    EXPECT_EQ(AddUp().difference(), 0);
    return Transitions(change);
  }
  std::vector<v1::Transition> Transitions(const change::v1::ResourceChanged& change) {
    std::vector<v1::Transition> transitions;
    for (const v1::Delivery& delivery : List({.change = change::IdOf(change), .limit = 100})) {
      transitions.push_back(delivery.transition());
    }
    return transitions;
  }

  const change::v1::ResourceChanged published_ =
      ConferenceChange(1, "event.published", {}, Conference(0));
  const change::v1::ResourceChanged moved_away_ =
      ConferenceChange(2, "event.moved", Conference(0), Conference(1, "nuts:CZ"));
};
INSTANTIATE_TEST_SUITE_P(Both, CorrectionsTest, sql::kBothDatabases, sql::DialectName);

TEST_P(CorrectionsTest, AnEventThatMovesOutOfAFilterIsCorrectedWithWhoWasInvited) {
  EXPECT_THAT(Taken(published_), ElementsAre(v1::TRANSITION_ENTERED));
  Tell(0);
  EXPECT_THAT(Taken(moved_away_), ElementsAre(v1::TRANSITION_CORRECTED));
  EXPECT_EQ(AddUp().matched(), 2);
  Tell(1);
  const auto cancelled =
      ConferenceChange(3, "event.cancelled", Conference(1, "nuts:CZ"), Conference(2, "nuts:CZ"));
  EXPECT_THAT(Taken(cancelled), ElementsAre(v1::TRANSITION_CORRECTED));
}

TEST_P(CorrectionsTest, AnInvitationThatIsStillOnItsWayIsCorrectedToo) {
  ASSERT_THAT(Take({MessageOf(published_, 0), MessageOf(moved_away_, 1)}), IsOk());
  EXPECT_THAT(Transitions(moved_away_), ElementsAre(v1::TRANSITION_CORRECTED));
  EXPECT_EQ(AddUp().difference(), 0);
}

TEST_P(CorrectionsTest, ARecordTakenAgainCorrectsNothingTwice) {
  EXPECT_THAT(Taken(published_), ElementsAre(v1::TRANSITION_ENTERED));
  Tell(0);
  EXPECT_THAT(Taken(moved_away_), ElementsAre(v1::TRANSITION_CORRECTED));
  EXPECT_THAT(Taken(moved_away_), ElementsAre(v1::TRANSITION_CORRECTED));
  EXPECT_EQ(AddUp().matched(), 2);
}

TEST_P(CorrectionsTest, ATextAloneCorrectsNothing) {
  EXPECT_THAT(Taken(published_), ElementsAre(v1::TRANSITION_ENTERED));
  Tell(0);
  Facts other = Conference(0);
  other.set_summary("Now with a programme.");
  EXPECT_THAT(Taken(ConferenceChange(2, "event.updated", Conference(0), other)), IsEmpty());
}

TEST_P(CorrectionsTest, WhoCanNoLongerSeeItIsCorrectedOnce) {
  EXPECT_THAT(Taken(published_), ElementsAre(v1::TRANSITION_ENTERED));
  Tell(0);
  Facts hidden = Conference(0);
  hidden.mutable_audience()->add_members("programmes/p");
  EXPECT_THAT(Taken(ConferenceChange(2, "event.updated", Conference(0), hidden)),
              ElementsAre(v1::TRANSITION_CORRECTED));
  Tell(0, /*cancelled=*/true);
  EXPECT_THAT(Taken(ConferenceChange(3, "event.updated", hidden, hidden)), IsEmpty());
}

TEST_P(CorrectionsTest, NoneFollowsAnUnsubscription) {
  EXPECT_THAT(Taken(published_), ElementsAre(v1::TRANSITION_ENTERED));
  Tell(0);
  ASSERT_THAT(store_.subscriptions->Delete(AsOperator(), kSubscription, ""), IsOk());
  store_.CatchUp();
  EXPECT_THAT(Taken(moved_away_), IsEmpty());
}

TEST_P(CorrectionsTest, WhoNoLongerWantsInvitationsGetsNone) {
  EXPECT_THAT(Taken(published_), ElementsAre(v1::TRANSITION_ENTERED));
  Tell(0);
  v1::Subscription subscription;
  subscription.set_name(kSubscription);
  subscription.set_calendar(v1::CALENDAR_MODE_NONE);
  google::protobuf::FieldMask mask;
  mask.add_paths("calendar");
  ASSERT_THAT(store_.subscriptions->Update(AsOperator(), subscription, mask), IsOk());
  store_.CatchUp();
  EXPECT_THAT(Taken(moved_away_), IsEmpty());
}

// A registration to the conference becomes one that none of the subscribers sees.
change::v1::ResourceChanged HiddenRegistration(int64_t revision) {
  Facts facts = Conference(0);
  facts.set_type("registration");
  facts.set_name("events/european-cluster-conference-2022/registrations/r");
  facts.mutable_audience()->add_members("clusters/a");
  change::v1::ResourceChanged change =
      ConferenceChange(revision, "registration.updated", facts, facts);
  change.set_name(facts.name());
  return change;
}

TEST_P(CorrectionsTest, SomebodysRegistrationCorrectsNobodyWhoWasInvitedToTheEvent) {
  EXPECT_THAT(Taken(published_), ElementsAre(v1::TRANSITION_ENTERED));
  EXPECT_THAT(Taken(HiddenRegistration(2)), IsEmpty()) << "the invitation is on its way";
  Tell(0);
  EXPECT_THAT(Taken(HiddenRegistration(3)), IsEmpty());
}

TEST_P(CorrectionsTest, WhoseRegistrationIsOutOfTheirSightIsCorrectedUnlessTheyWantNothing) {
  v1::Subscription subscription;
  subscription.set_endpoint(kMailbox);
  subscription.mutable_filter()->add_types("registration");
  const std::string name = store_.AddSubscription("subscribers/x", "own", subscription).name();
  store_.CatchUp();
  const int64_t made = WhenMade(store_.interests->Find(name)->subscription);
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return Invitations(connection)
        .SetTold({.subscription = name, .subscription_made = made, .endpoint = kMailbox},
                 {.uid = PragueConference(0).calendar().uid(),
                  .resource = HiddenRegistration(1).name(),
                  .version = 0,
                  .sequence = 0});
  }),
              IsOk());
  EXPECT_THAT(Taken(HiddenRegistration(2)), ElementsAre(v1::TRANSITION_CORRECTED));
  subscription.set_name(name);
  subscription.set_calendar(v1::CALENDAR_MODE_NONE);
  google::protobuf::FieldMask mask;
  mask.add_paths("calendar");
  ASSERT_THAT(store_.subscriptions->Update(AsOperator(), subscription, mask), IsOk());
  store_.CatchUp();
  EXPECT_THAT(Taken(HiddenRegistration(3)), IsEmpty());
}

TEST_P(CorrectionsTest, WhoWasNeverInvitedIsNotCorrected) {
  EXPECT_THAT(Taken(moved_away_), IsEmpty());
}

}  // namespace
}  // namespace clusterwire::notification
