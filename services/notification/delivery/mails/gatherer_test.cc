// What mails go out, when and with what: the dispatcher over a real ledger and store, with a clock
// that the test moves and a channel that keeps what it is given.

#include "services/notification/delivery/mails/gatherer.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/time/zone.h"
#include "services/notification/channels/testing/event_jobs.h"
#include "services/notification/delivery/testing/dispatcher_fixture.h"
#include "services/notification/grants/testing/grant_records.h"
#include "services/notification/ledger/balance.h"
#include "services/notification/resources/subscribers/schedule.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

class GathererTest : public DispatcherFixture {
 protected:
  GathererTest() {
    auto mail = std::make_unique<FakeChannel>();
    mail_ = mail.get();
    channels_[v1::Endpoint::kEmail] = std::move(mail);
    store_.clock.Set(Local(2026, 11, 30, 12));  // a Monday
  }

  static absl::Time Local(int year, int month, int day, int hour, int minute = 0) {
    return MomentOf(absl::CivilSecond(year, month, day, hour, minute),
                    ZoneNamed("Europe/Brussels"));
  }
  void AddMailbox(const std::string& subscriber, const std::string& id,
                  const std::string& address) {
    store_.AddConfirmed(subscriber, id, address);
  }
  // A subscription `id` of the subscriber to their mailbox "mail".
  void Subscribe(const std::string& subscriber, const std::string& id, v1::Schedule schedule = {}) {
    v1::Subscription subscription;
    subscription.set_endpoint(subscriber + "/endpoints/mail");
    if (IsDigest(schedule)) *subscription.mutable_schedule() = schedule;
    store_.Consent(store_.AddSubscription(subscriber, id, subscription));
    store_.CatchUp();
  }
  static v1::Schedule Daily(int hour) {
    v1::Schedule schedule;
    schedule.set_frequency(v1::Schedule::FREQUENCY_DAILY);
    schedule.set_hour(hour);
    return schedule;
  }
  // A change of the cluster that came now, and its deliveries by these subscriptions.
  std::vector<PendingDelivery> Happens(const std::string& cluster,
                                       const std::vector<std::string>& subscriptions) {
    KeptRecord record = MakeRecord("clusters/" + cluster, ++revision_);
    record.received = store_.clock.Now();
    *record.change.mutable_time() = ToTimestamp(record.received);
    record.change.mutable_after()->set_title(absl::StrCat(cluster, " ", revision_));
    return Keeping(record, subscriptions);
  }
  std::vector<PendingDelivery> Keeping(const KeptRecord& record,
                                       const std::vector<std::string>& subscriptions) {
    std::vector<PendingDelivery> deliveries;
    for (const std::string& subscription : subscriptions) {
      PendingDelivery delivery = MakeDelivery(record, subscription);
      delivery.endpoint =
          subscription.substr(0, subscription.find("/subscriptions")) + "/endpoints/mail";
      delivery.created = record.received;
      delivery.sequence = absl::ToUnixMicros(record.received) + record.change.revision();
      deliveries.push_back(std::move(delivery));
    }
    Keep(record, deliveries);
    EXPECT_THAT(ledger_->Write([&](sql::Connection& connection) {
      return Records(connection).NoteNewest(record.change);
    }),
                IsOk());
    if (dispatcher_ != nullptr) dispatcher_->Offer(deliveries);
    return deliveries;
  }
  void StartMails(Gatherer::Options mails = {}) {
    Start({.schedule = EveryTenMinutes(),
           .mails = mails,
           .sweep = absl::Seconds(1),
           .stop_grace = absl::ZeroDuration()});
  }
  // Lets time pass, in steps at which the dispatcher looks around.
  void Pass(absl::Duration time) {
    for (int step = 0; step < 4; ++step) {
      Settled();
      store_.clock.Advance(time / 4);
    }
    Settled();
  }
  // Waits until the dispatcher has done all that it can at this moment.
  void Settled() {
    faulty_.TakeStatements();
    dispatcher_->Reload();
    ASSERT_TRUE(Eventually([this] { return !faulty_.TakeStatements().empty(); }));
    int quiet = 0;
    ASSERT_TRUE(Eventually([&] {
      quiet = faulty_.TakeStatements().empty() ? quiet + 1 : 0;
      return quiet > 10;
    }));
  }
  std::string Reason(const PendingDelivery& delivery) { return Get(delivery).reason(); }
  void ExpectBalanced() {
    const auto balance =
        ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
    ASSERT_THAT(balance, IsOk());
    EXPECT_EQ(balance->difference(), 0) << balance->ShortDebugString();
  }

  FakeChannel* mail_ = nullptr;
};
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
        .At("subscribers/x/endpoints/mail", PragueConference(0).calendar().uid());
  });
  EXPECT_EQ(invitation.sequence, 0);
  ExpectBalanced();
}

TEST_P(GathererTest, ADigestComesAtItsHourOnceAndNotWhenNothingHappened) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "weekly", Daily(7));
  StartMails();
  const auto one = Happens("a", {"subscribers/x/subscriptions/weekly"});
  const auto two = Happens("b", {"subscribers/x/subscriptions/weekly"});
  Pass(absl::Hours(18));
  EXPECT_THAT(mail_->jobs(), SizeIs(0)) << "it is six o'clock";
  EXPECT_THAT(Reason(one[0]), HasSubstr("digest: comes at 2026-12-01 07:00"));
  Pass(absl::Hours(2));
  ASSERT_TRUE(WaitFor(one[0], v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_EQ(Get(two[0]).state(), v1::Delivery::STATE_DELIVERED);
  ASSERT_THAT(mail_->jobs(), SizeIs(1));
  ASSERT_TRUE(mail_->jobs()[0]->digest);
  EXPECT_EQ(mail_->jobs()[0]->digest->until, Local(2026, 12, 1, 7));
  Pass(absl::Hours(72));
  EXPECT_THAT(mail_->jobs(), SizeIs(1)) << "nothing happened";
  ExpectBalanced();
}

TEST_P(GathererTest, AClockThatIsSetBackSendsADigestNeitherTwiceNorEarly) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "daily", Daily(7));
  StartMails();
  Happens("a", {"subscribers/x/subscriptions/daily"});
  Pass(absl::Hours(20));
  ASSERT_THAT(mail_->jobs(), SizeIs(1));
  store_.clock.Set(Local(2026, 12, 1, 5));
  const auto again = Happens("b", {"subscribers/x/subscriptions/daily"});
  Pass(absl::Hours(4));
  EXPECT_THAT(mail_->jobs(), SizeIs(1)) << "the window of that day is closed";
  EXPECT_EQ(Get(again[0]).state(), v1::Delivery::STATE_PENDING);
  Pass(absl::Hours(24));
  EXPECT_THAT(mail_->jobs(), SizeIs(2));
  ExpectBalanced();
}

TEST_P(GathererTest, ADigestComesWhenTheClockLeapsOverItsHour) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "daily", Daily(7));
  StartMails();
  const auto one = Happens("a", {"subscribers/x/subscriptions/daily"});
  Settled();
  store_.clock.Set(Local(2026, 12, 1, 8));  // as a machine that has slept
  Pass(absl::Minutes(1));
  EXPECT_TRUE(WaitFor(one[0], v1::Delivery::STATE_DELIVERED, 1));
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

TEST_P(GathererTest, AChangeThatAMailHasToldIsNotInTheDigestToo) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "now");
  Subscribe("subscribers/x", "daily", Daily(7));
  StartMails();
  const auto both =
      Happens("a", {"subscribers/x/subscriptions/daily", "subscribers/x/subscriptions/now"});
  const auto other = Happens("b", {"subscribers/x/subscriptions/daily"});
  Pass(absl::Minutes(2));
  ASSERT_TRUE(WaitFor(both[1], v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_EQ(Reason(both[0]), "merged: " + both[1].name);
  Pass(absl::Hours(20));
  EXPECT_EQ(Get(other[0]).state(), v1::Delivery::STATE_DELIVERED);
  ASSERT_THAT(mail_->jobs(), SizeIs(2));
  EXPECT_THAT(mail_->jobs()[1]->others, SizeIs(0));
  ExpectBalanced();
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

TEST_P(GathererTest, ThousandsOfNoticesAreOneDigestThatTellsAHundredAndCountsTheRest) {
  constexpr int kMany = 1500;
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "daily", Daily(7));
  for (int i = 0; i < kMany; ++i) {
    Happens(absl::StrCat("c", i), {"subscribers/x/subscriptions/daily"});
  }
  StartMails();
  ASSERT_TRUE(Eventually([this] {
    const auto waiting = ledger_->Read([](sql::Connection& connection) {
      return connection.Query("SELECT COUNT(*) FROM delivery WHERE state = 1 AND carried = 0");
    });
    return waiting.ok() && waiting->rows[0].Int(0) == 1;
  })) << "one of them waits for all";
  Pass(absl::Hours(20));
  ASSERT_THAT(mail_->jobs(), SizeIs(1));
  EXPECT_THAT(mail_->jobs()[0]->others, SizeIs(Gatherer::kTold));
  EXPECT_EQ(mail_->jobs()[0]->left_out, kMany - 1 - Gatherer::kTold);
  Settled();
  const auto balance =
      ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
  EXPECT_EQ(balance->difference(), 0);
  EXPECT_EQ(balance->pending(), 0);
  EXPECT_EQ(balance->delivered(), Gatherer::kTold + 1);
}

TEST_P(GathererTest, ADigestThatWasClosedBeforeACrashGoesOutOnceWithTheSame) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "daily", Daily(7));
  StartMails();
  const auto one = Happens("a", {"subscribers/x/subscriptions/daily"});
  Happens("b", {"subscribers/x/subscriptions/daily"});
  mail_->Hold("subscribers/x/endpoints/mail");
  Pass(absl::Hours(20));
  ASSERT_TRUE(mail_->WaitForSent(1));
  dispatcher_.reset();  // what comes back isn't recorded
  mail_->ReleaseAll();
  StartMails();
  const auto later = Happens("c", {"subscribers/x/subscriptions/daily"});
  Pass(absl::Minutes(5));
  ASSERT_TRUE(WaitFor(one[0], v1::Delivery::STATE_DELIVERED, 1));
  ASSERT_THAT(mail_->jobs(), SizeIs(2)) << "sent again under the same name, since nobody knows";
  EXPECT_EQ(mail_->jobs()[0]->delivery.name, mail_->jobs()[1]->delivery.name);
  EXPECT_THAT(mail_->jobs()[1]->others, SizeIs(1));
  EXPECT_EQ(Get(later[0]).state(), v1::Delivery::STATE_PENDING) << "comes with the next";
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

TEST_P(GathererTest, ADigestLeavesOutWhatItsReaderMayNoLongerSee) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "daily", Daily(7));
  StartMails();
  const auto seen = Happens("a", {"subscribers/x/subscriptions/daily"});
  const auto unseen = Happens("b", {"subscribers/x/subscriptions/daily"});
  Settled();
  KeptRecord hidden = MakeRecord("clusters/b", ++revision_);
  hidden.change.mutable_after()->mutable_audience();
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return Records(connection).NoteNewest(hidden.change).status();
  }),
              IsOk());
  Pass(absl::Hours(20));
  ASSERT_TRUE(WaitFor(seen[0], v1::Delivery::STATE_DELIVERED, 1));
  EXPECT_THAT(Reason(unseen[0]), StartsWith("audience: "));
  EXPECT_THAT(mail_->jobs()[0]->others, SizeIs(0));
  ExpectBalanced();
}

TEST_P(GathererTest, AnOwnMatterIsToldThoughWhatWouldHaveCarriedItLacksConsent) {
  store_.AddSubscriber("applicant", "corp:applicant");
  ReadOn(*store_.grants, GrantTo("corp:applicant", "programmes/p"));
  AddMailbox("subscribers/applicant", "mail", "anna@example.org");
  Subscribe("subscribers/applicant", "daily", Daily(7));
  StartMails();
  const std::string daily = "subscribers/applicant/subscriptions/daily";
  const auto open = Happens("a", {daily});
  KeptRecord record = MakeRecord("clusters/own", ++revision_);
  record.received = store_.clock.Now();
  record.change.mutable_after()->mutable_audience()->add_members("programmes/p");
  const auto own = Keeping(record, {daily});
  Settled();
  v1::Subscription next = *store_.subscriptions->Get(Reading(AsOperator()), daily);
  next.set_include_quiet(true);  // by an operator: it waits for its reader
  ASSERT_THAT(store_.subscriptions->Update(AsOperator(), next, {}), IsOk());
  store_.CatchUp();
  Pass(absl::Hours(44));
  EXPECT_THAT(Reason(open[0]), StartsWith("consent: "));
  EXPECT_EQ(Get(own[0]).state(), v1::Delivery::STATE_DELIVERED) << Reason(own[0]);
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
