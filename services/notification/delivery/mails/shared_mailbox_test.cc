// One mailbox under two subscribers: its calendar is one.

#include "absl/strings/str_split.h"

#include "services/notification/channels/calendar/calendar_part.h"
#include "services/notification/delivery/testing/mails_fixture.h"
#include "services/notification/grants/testing/grant_records.h"
#include "services/notification/ledger/calendar/invitations.h"

namespace clusterwire::notification {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::StartsWith;

constexpr char kX[] = "subscribers/x/subscriptions/mine";
constexpr char kY[] = "subscribers/y/subscriptions/mine";

class SharedMailboxTest : public MailsFixture {
 protected:
  SharedMailboxTest() {
    store_.AddSubscriber("y", "corp:y");
    for (const char* subscriber : {"subscribers/x", "subscribers/y"}) {
      AddMailbox(subscriber, "mail", "anna@example.org");
      Invite(subscriber, "mine");
    }
  }
  void Invite(const std::string& subscriber, const std::string& id) {
    v1::Subscription subscription;
    subscription.set_endpoint(subscriber + "/endpoints/mail");
    subscription.set_calendar(v1::CALENDAR_MODE_INVITE);
    store_.Consent(store_.AddSubscription(subscriber, id, subscription));
    store_.CatchUp();
  }
  // The conference is published, or becomes this version of it.
  KeptRecord Conference(int sequence, bool cancelled = false) {
    KeptRecord record = MakeRecord("events/european-cluster-conference-2022", ++revision_);
    type::v1::Facts after = PragueConference(sequence);
    if (cancelled) after.mutable_calendar()->set_status(type::v1::Calendar::STATUS_CANCELLED);
    record.change = ConferenceChange(revision_, cancelled ? "event.cancelled" : "event.moved",
                                     sequence == 0 ? type::v1::Facts() : last_, after);
    last_ = after;
    record.received = store_.clock.Now();
    *record.change.mutable_time() = ToTimestamp(record.received);
    return record;
  }
  // The same, seen by who is granted programmes/p.
  KeptRecord Draft(int sequence) {
    KeptRecord record = Conference(sequence);
    record.change.mutable_after()->mutable_audience()->add_members("programmes/p");
    last_ = record.change.after();
    return record;
  }
  // A registration to it, seen by the cluster that it is of.
  KeptRecord Registration(int sequence, const std::string& cluster) {
    KeptRecord record = Conference(sequence);
    type::v1::Facts facts = record.change.after();
    facts.set_type("registration");
    facts.set_name(facts.name() + "/registrations/r");
    facts.add_clusters(cluster);
    facts.mutable_audience()->add_members(cluster);
    record.change.set_name(facts.name());
    *record.change.mutable_before() = facts;
    *record.change.mutable_after() = facts;
    return record;
  }
  // So much time, at the end of which it is known who may see what.
  void PassAndKnow(absl::Duration time) {
    Pass(time);
    store_.grants->CaughtUp(store_.clock.Uptime());
    Pass(absl::Seconds(8));
  }
  // What each mail told the calendar of its reader.
  std::vector<std::string> Told() {
    std::vector<std::string> told;
    for (const auto& job : mail_->jobs()) {
      const auto part = CalendarPartOf(*job, {.name = "", .address = "notices@example.org"});
      const std::vector<std::string> words =
          absl::StrSplit(part ? part->content_type : "; method=none;", absl::ByAnyChar("=;"));
      told.push_back(words[2]);
    }
    return told;
  }

  type::v1::Facts last_;
};
INSTANTIATE_TEST_SUITE_P(Both, SharedMailboxTest, sql::kBothDatabases, sql::DialectName);

TEST_P(SharedMailboxTest, WhatOneWasInvitedToIsCancelledByTheOthersMail) {
  StartMails();
  Keeping(Conference(0), {kY});
  Pass(absl::Minutes(2));
  Keeping(Conference(1, /*cancelled=*/true), {kX, kY});
  Pass(absl::Minutes(20));
  EXPECT_THAT(Told(), ElementsAre("REQUEST", "CANCEL"));
  ExpectBalanced();
}

TEST_P(SharedMailboxTest, WhoseMailWasMergedCorrectsTheCalendarWhenTheOtherHasGone) {
  StartMails();
  const KeptRecord published = Conference(0);
  Keeping(published, {kY});
  Pass(absl::Minutes(2));
  PendingDelivery late = MakeDelivery(published, kX);
  late.endpoint = "subscribers/x/endpoints/mail";
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return Deliveries(connection).Insert({{late}}, "");
  }),
              IsOk());
  Pass(absl::Minutes(2));
  EXPECT_THAT(Reason(late), StartsWith("merged: "));
  ASSERT_THAT(store_.subscriptions->Delete(AsOperator(), kY, ""), IsOk());
  dispatcher_->Suppress(kY, "wanted: the subscription was deleted");
  store_.CatchUp();
  KeptRecord cancelled = Conference(1, /*cancelled=*/true);
  Keeping(cancelled, {kX});
  Pass(absl::Minutes(20));
  EXPECT_THAT(Told(), ElementsAre("REQUEST", "CANCEL"));
}

TEST_P(SharedMailboxTest, NothingIsTakenOutOfTheCalendarThatOneOfThemStillSees) {
  ReadOn(*store_.grants, GrantTo("corp:y", "programmes/p"));
  store_.CatchUp();
  StartMails();
  Keeping(Conference(0), {kX, kY});
  PassAndKnow(absl::Minutes(2));
  KeptRecord draft = Draft(1);
  Keeping(draft, {kX, kY});
  PassAndKnow(absl::Minutes(20));
  EXPECT_THAT(Told(), ElementsAre("REQUEST", "REQUEST"));
  Keeping(Draft(2), {kX});
  PassAndKnow(absl::Minutes(20));
  EXPECT_THAT(Told(), Not(Contains("CANCEL")));
  ExpectBalanced();
}

TEST_P(SharedMailboxTest, WhoLosesARegistrationTakesNothingFromWhoWasInvitedToTheEvent) {
  ReadOn(*store_.grants, GrantTo("corp:y", "clusters/a"));
  v1::Subscription subscription;
  subscription.set_endpoint("subscribers/y/endpoints/mail");
  subscription.mutable_filter()->add_types("registration");
  const std::string own = store_.AddSubscription("subscribers/y", "own", subscription).name();
  store_.CatchUp();
  StartMails();
  // Y alone is invited by the registration.
  Keeping(Registration(0, "clusters/a"), {own});
  PassAndKnow(absl::Minutes(20));
  Keeping(Conference(0), {kX});
  PassAndKnow(absl::Minutes(20));
  Keeping(Registration(0, "clusters/b"), {own}, v1::TRANSITION_CORRECTED);
  PassAndKnow(absl::Minutes(20));
  EXPECT_THAT(Told(), ElementsAre("REQUEST", "REQUEST"));
  ASSERT_THAT(store_.subscriptions->Delete(AsOperator(), kX, ""), IsOk());
  dispatcher_->Suppress(kX, "wanted: the subscription was deleted");
  store_.CatchUp();
  Keeping(Registration(0, "clusters/b"), {own}, v1::TRANSITION_CORRECTED);
  PassAndKnow(absl::Minutes(20));
  EXPECT_THAT(Told(), ElementsAre("REQUEST", "REQUEST", "CANCEL"));
  ExpectBalanced();
}

TEST_P(SharedMailboxTest, AMailThatToldLessDoesNotStandForOneThatTellsMore) {
  ReadOn(*store_.grants, GrantTo("corp:y", "programmes/p"));
  store_.CatchUp();
  StartMails();
  Keeping(Conference(0), {kX, kY});
  PassAndKnow(absl::Minutes(2));
  const KeptRecord draft = Draft(1);
  Keeping(draft, {kX});
  PassAndKnow(absl::Minutes(20));
  PendingDelivery late = MakeDelivery(draft, kY);
  late.endpoint = "subscribers/y/endpoints/mail";
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return Deliveries(connection).Insert({{late}}, "");
  }),
              IsOk());
  PassAndKnow(absl::Minutes(20));
  EXPECT_TRUE(WaitFor(late, v1::Delivery::STATE_DELIVERED, 1)) << Get(late).ShortDebugString();
}

}  // namespace
}  // namespace clusterwire::notification
