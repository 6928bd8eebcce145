// Which deliveries go in one mail, and when.

#include "services/notification/delivery/testing/mails_fixture.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

class GathererTest : public MailsFixture {};
INSTANTIATE_TEST_SUITE_P(Both, GathererTest, sql::kBothDatabases, sql::DialectName);

TEST_P(GathererTest, OneMailTellsAnAddressOfAChangeWithAllReasonsOverAllSubscribers) {
  store_.AddSubscriber("y", "corp:y");
  AddMailbox("subscribers/x", "mail", "Anna@example.org");
  AddMailbox("subscribers/y", "mail", "anna@EXAMPLE.org");
  Subscribe("subscribers/x", "a");
  Subscribe("subscribers/x", "b");
  Subscribe("subscribers/y", "c");
  StartMails();
  const auto sent = Happens("a", {"subscribers/x/subscriptions/a", "subscribers/x/subscriptions/b",
                                  "subscribers/y/subscriptions/c"});
  Pass(absl::Minutes(1));
  ASSERT_THAT(mail_->jobs(), SizeIs(1));
  EXPECT_THAT(mail_->jobs()[0]->others, SizeIs(2));
  const std::string carrier = mail_->jobs()[0]->delivery.name;
  for (const PendingDelivery& one : sent) {
    const bool carries = one.name == carrier;
    EXPECT_EQ(Get(one).state(),
              carries ? v1::Delivery::STATE_DELIVERED : v1::Delivery::STATE_SUPPRESSED);
    EXPECT_EQ(Reason(one), carries ? "" : "merged: " + carrier);
  }
  Pass(absl::Hours(24));
  EXPECT_THAT(mail_->jobs(), SizeIs(1));
  ExpectBalanced();
}

TEST_P(GathererTest, WhenTheCarryingOneIsDroppedAnotherCarries) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "a");
  Subscribe("subscribers/x", "b");
  StartMails();
  const auto sent =
      Happens("a", {"subscribers/x/subscriptions/a", "subscribers/x/subscriptions/b"});
  Settled();
  ASSERT_THAT(store_.subscriptions->Delete(AsOperator(), "subscribers/x/subscriptions/a", ""),
              IsOk());
  store_.CatchUp();
  Pass(absl::Minutes(1));
  EXPECT_TRUE(WaitFor(sent[0], v1::Delivery::STATE_SUPPRESSED, 0));
  Pass(absl::Minutes(1));
  EXPECT_TRUE(WaitFor(sent[1], v1::Delivery::STATE_DELIVERED, 1));
  ExpectBalanced();
}

TEST_P(GathererTest, ChangesOfOneResourceWithinTenMinutesAreOneMailThatShowsTheLatest) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "a");
  StartMails();
  const auto first = Happens("a", {"subscribers/x/subscriptions/a"});
  Pass(absl::Minutes(1));
  ASSERT_TRUE(WaitFor(first[0], v1::Delivery::STATE_DELIVERED, 1));
  const auto second = Happens("a", {"subscribers/x/subscriptions/a"});
  Pass(absl::Minutes(2));
  EXPECT_THAT(Reason(second[0]), StartsWith("merged: waits for further changes"));
  const auto third = Happens("a", {"subscribers/x/subscriptions/a"});
  const auto elsewhere = Happens("b", {"subscribers/x/subscriptions/a"});
  Pass(absl::Minutes(2));
  EXPECT_TRUE(WaitFor(elsewhere[0], v1::Delivery::STATE_DELIVERED, 1)) << "waits for no other";
  EXPECT_EQ(Get(third[0]).carried_by(), second[0].name);
  Pass(absl::Minutes(10));
  ASSERT_TRUE(WaitFor(second[0], v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_EQ(Get(third[0]).state(), v1::Delivery::STATE_DELIVERED) << "its change was told too";
  ASSERT_THAT(mail_->jobs(), SizeIs(3));
  const Job& last = *mail_->jobs()[2];
  ASSERT_THAT(last.others, SizeIs(1));
  ASSERT_NE(last.latest, nullptr);
  EXPECT_EQ(last.latest->change.after().title(), "a 3");
  ExpectBalanced();
}

TEST_P(GathererTest, BeyondTwentyMailsADayTheRestComesInOneAtTheDaysEnd) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "a");
  StartMails({.a_day = 3});
  std::vector<PendingDelivery> all;
  for (int i = 0; i < 8; ++i) {
    all.push_back(Happens(absl::StrCat("c", i), {"subscribers/x/subscriptions/a"})[0]);
    Pass(absl::Minutes(2));
  }
  EXPECT_THAT(mail_->jobs(), SizeIs(3));
  EXPECT_THAT(Reason(all[3]), HasSubstr("more than 3 mails on one day"));
  Pass(absl::Hours(13));
  ASSERT_THAT(mail_->jobs(), SizeIs(4));
  EXPECT_THAT(mail_->jobs()[3]->others, SizeIs(4));
  ASSERT_TRUE(mail_->jobs()[3]->digest);
  for (const PendingDelivery& one : all) EXPECT_EQ(Get(one).state(), v1::Delivery::STATE_DELIVERED);
  const auto next_day = Happens("n", {"subscribers/x/subscriptions/a"});
  Pass(absl::Minutes(2));
  EXPECT_TRUE(WaitFor(next_day[0], v1::Delivery::STATE_DELIVERED, 1));
  ExpectBalanced();
}

TEST_P(GathererTest, AnInvitationIsNoPartOfADaysMail) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "a");
  v1::Subscription invite;
  invite.set_endpoint("subscribers/x/endpoints/mail");
  invite.set_calendar(v1::CALENDAR_MODE_INVITE);
  store_.Consent(store_.AddSubscription("subscribers/x", "i", invite));
  store_.CatchUp();
  StartMails({.a_day = 1});
  Happens("c", {"subscribers/x/subscriptions/a"});
  Pass(absl::Minutes(2));
  ASSERT_THAT(mail_->jobs(), SizeIs(1));
  KeptRecord record = {.id = "h:2:1",
                       .change = ConferenceChange(2, "event.published", {}, PragueConference(0)),
                       .received = store_.clock.Now()};
  record.change.mutable_after()->mutable_period()->clear_end();
  record.change.mutable_after()->mutable_period()->set_start("2032");
  const auto told =
      Keeping(record, {"subscribers/x/subscriptions/a", "subscribers/x/subscriptions/i"});
  Pass(absl::Minutes(2));
  ASSERT_THAT(mail_->jobs(), SizeIs(2));
  EXPECT_EQ(mail_->jobs()[1]->delivery.subscription, "subscribers/x/subscriptions/i");
  EXPECT_FALSE(mail_->jobs()[1]->digest);
  Pass(absl::Hours(24));
  EXPECT_THAT(mail_->jobs(), SizeIs(2));
  EXPECT_EQ(Reason(told[0]), "merged: " + told[1].name);
  const Invitation invitation = *ledger_->Read([](sql::Connection& connection) {
    return Invitations(connection)
        .At({{"subscribers/x/endpoints/mail"}}, PragueConference(0).calendar().uid());
  });
  EXPECT_EQ(invitation.sequence, 0);
  ExpectBalanced();
}

TEST_P(GathererTest, WhatCameWhileTheClockWasAheadDoesNotWaitThatLong) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "daily", Daily(7));
  store_.clock.Set(Local(2027, 11, 30, 12));
  StartMails();
  const auto ahead = Happens("a", {"subscribers/x/subscriptions/daily"});
  Settled();
  store_.clock.Set(Local(2026, 11, 30, 12));
  Pass(absl::Hours(48));
  EXPECT_TRUE(WaitFor(ahead[0], v1::Delivery::STATE_DELIVERED, 1));
}

TEST_P(GathererTest, MailsWaitForTheEndOfQuietHoursAndDigestsDoNot) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  v1::Subscriber subscriber = *store_.subscribers->Get(Reading(AsOperator()), "subscribers/x");
  subscriber.set_time_zone("America/New_York");
  subscriber.mutable_quiet_hours()->set_from_hour(5);
  subscriber.mutable_quiet_hours()->set_until_hour(9);
  ASSERT_THAT(store_.subscribers->Update(AsOperator(), subscriber, {}), IsOk());
  Subscribe("subscribers/x", "now");
  Subscribe("subscribers/x", "daily", Daily(7));
  StartMails();  // it is six o'clock in New York
  const auto now = Happens("a", {"subscribers/x/subscriptions/now"});
  const auto daily = Happens("b", {"subscribers/x/subscriptions/daily"});
  Pass(absl::Minutes(50));
  EXPECT_THAT(Reason(now[0]), HasSubstr("quiet: the subscriber's hours until 2026-11-30 09:00"));
  EXPECT_THAT(mail_->jobs(), SizeIs(0));
  Pass(absl::Minutes(20));
  EXPECT_TRUE(WaitFor(daily[0], v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_THAT(mail_->jobs(), SizeIs(1));
  Pass(absl::Hours(2));
  EXPECT_TRUE(WaitFor(now[0], v1::Delivery::STATE_DELIVERED, 1));
}

TEST_P(GathererTest, WhatFailedIsNotTriedAgainInQuietHours) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  v1::Subscriber subscriber = *store_.subscribers->Get(Reading(AsOperator()), "subscribers/x");
  subscriber.set_time_zone("Europe/Brussels");
  subscriber.mutable_quiet_hours()->set_from_hour(13);
  subscriber.mutable_quiet_hours()->set_until_hour(15);
  ASSERT_THAT(store_.subscribers->Update(AsOperator(), subscriber, {}), IsOk());
  Subscribe("subscribers/x", "now");
  store_.clock.Set(Local(2026, 11, 30, 12, 55));
  mail_->Answer("subscribers/x/endpoints/mail", {Wait{.reason = "451 later"}});
  StartMails();
  const auto now = Happens("a", {"subscribers/x/subscriptions/now"});
  Pass(absl::Minutes(2));
  ASSERT_TRUE(WaitFor(now[0], v1::Delivery::STATE_PENDING, 1));
  Pass(absl::Minutes(30));
  EXPECT_THAT(Reason(now[0]), HasSubstr("quiet: the subscriber's hours until 2026-11-30 15:00"));
  EXPECT_THAT(mail_->jobs(), SizeIs(1));
  Pass(absl::Hours(2));
  EXPECT_TRUE(WaitFor(now[0], v1::Delivery::STATE_DELIVERED, 2));
  ExpectBalanced();
}

TEST_P(GathererTest, AnotherHourHoldsAtOnceForWhatWaits) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  v1::Schedule weekly = Daily(7);
  weekly.set_frequency(v1::Schedule::FREQUENCY_WEEKLY);
  weekly.set_weekday(v1::Schedule::WEEKDAY_SUNDAY);
  Subscribe("subscribers/x", "weekly", weekly);
  StartMails();
  const auto one = Happens("a", {"subscribers/x/subscriptions/weekly"});
  const auto two = Happens("b", {"subscribers/x/subscriptions/weekly"});
  Pass(absl::Hours(1));
  EXPECT_THAT(Reason(one[0]), HasSubstr("2026-12-06 07:00"));
  v1::Subscription changed =
      *store_.subscriptions->Get(Reading(AsOperator()), "subscribers/x/subscriptions/weekly");
  *changed.mutable_schedule() = Daily(15);
  google::protobuf::FieldMask mask;
  mask.add_paths("schedule");
  ASSERT_THAT(store_.subscriptions->Update(AsOperator(), changed, mask), IsOk());
  store_.Consent(changed);
  store_.CatchUp();
  Pass(absl::Minutes(1));
  EXPECT_THAT(Reason(one[0]), HasSubstr("2026-11-30 15:00"));
  changed.mutable_schedule()->Clear();
  changed.clear_etag();
  ASSERT_THAT(store_.subscriptions->Update(AsOperator(), changed, mask), IsOk());
  store_.Consent(changed);
  store_.CatchUp();
  Pass(absl::Minutes(2));
  EXPECT_TRUE(WaitFor(one[0], v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_TRUE(WaitFor(two[0], v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_THAT(mail_->jobs(), SizeIs(2));
  ExpectBalanced();
}

TEST_P(GathererTest, WhatIsGivenUpTakesWithItWhatItCarriedAndEachCanBeBroughtBack) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "daily", Daily(7));
  StartMails();
  const auto one = Happens("a", {"subscribers/x/subscriptions/daily"});
  const auto two = Happens("b", {"subscribers/x/subscriptions/daily"});
  mail_->Answer("subscribers/x/endpoints/mail", {Dead{.reason = "550 no such user"}});
  Pass(absl::Hours(20));
  ASSERT_TRUE(WaitFor(one[0], v1::Delivery::STATE_DEAD, 1));
  EXPECT_EQ(Get(two[0]).state(), v1::Delivery::STATE_DEAD);
  EXPECT_THAT(Reason(two[0]), HasSubstr("550 no such user"));
  ASSERT_THAT(dispatcher_->Redrive(two[0].name), IsOk());
  Pass(absl::Hours(24));
  EXPECT_TRUE(WaitFor(two[0], v1::Delivery::STATE_DELIVERED, 1));
  ExpectBalanced();
}

TEST_P(GathererTest, ARecordThatCanNotBeReadTakesNoOtherWithIt) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "daily", Daily(7));
  StartMails();
  const auto broken = Happens("a", {"subscribers/x/subscriptions/daily"});
  const auto whole = Happens("b", {"subscribers/x/subscriptions/daily"});
  const auto also_broken = Happens("c", {"subscribers/x/subscriptions/daily"});
  Settled();
  dispatcher_.reset();
  for (const auto& one : {broken, also_broken}) {
    ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
      return connection.Execute("UPDATE record SET payload = $2 WHERE id = $1",
                                {one[0].change_id, sql::Bytes{"\xff\xff"}});
    }),
                IsOk());
  }
  StartMails();
  Pass(absl::Hours(20));
  EXPECT_TRUE(WaitFor(whole[0], v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_TRUE(WaitFor(broken[0], v1::Delivery::STATE_DEAD, 0));
  EXPECT_TRUE(WaitFor(also_broken[0], v1::Delivery::STATE_DEAD, 0));
  ExpectBalanced();
}

TEST_P(GathererTest, AMailAboutWhatIsOverMeanwhileIsNotSent) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "now");
  KeptRecord event = MakeRecord("events/e", ++revision_, "event.published");
  event.received = store_.clock.Now();
  *event.change.mutable_time() = ToTimestamp(event.received);
  event.change.mutable_after()->set_type("event");
  event.change.mutable_after()->mutable_period()->set_start("2026-12-01");
  event.change.mutable_after()->mutable_period()->set_end("2026-12-02");
  const auto over = Keeping(event, {"subscribers/x/subscriptions/now"});
  KeptRecord reminder = MakeRecord("clusters/a/labels/l", ++revision_, "label.expiring");
  reminder.received = store_.clock.Now();
  *reminder.change.mutable_time() = ToTimestamp(reminder.received);
  reminder.change.mutable_reminder()->set_day("2026-12-01");
  const auto passed = Keeping(reminder, {"subscribers/x/subscriptions/now"});
  store_.clock.Set(Local(2026, 12, 3, 0));
  StartMails();
  Settled();
  Pass(absl::Minutes(2));
  ASSERT_TRUE(WaitFor(over[0], v1::Delivery::STATE_SUPPRESSED, 0));
  EXPECT_EQ(Reason(over[0]), "past: it was over after 2026-12-02");
  EXPECT_EQ(Reason(passed[0]), "past: the day was 2026-12-01");
  ExpectBalanced();
}

}  // namespace
}  // namespace clusterwire::notification
