// Digests: once in each window, with what its reader may see.

#include "services/notification/delivery/testing/mails_fixture.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

class DigestTest : public MailsFixture {};
INSTANTIATE_TEST_SUITE_P(Both, DigestTest, sql::kBothDatabases, sql::DialectName);

TEST_P(DigestTest, ADigestComesAtItsHourOnceAndNotWhenNothingHappened) {
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
  ASSERT_TRUE(mail_->WaitForSent(1));
  ASSERT_THAT(mail_->jobs(), SizeIs(1));
  ASSERT_TRUE(mail_->jobs()[0]->digest);
  EXPECT_EQ(mail_->jobs()[0]->digest->until, Local(2026, 12, 1, 7));
  Pass(absl::Hours(72));
  ASSERT_TRUE(mail_->WaitForSent(1));
  EXPECT_THAT(mail_->jobs(), SizeIs(1)) << "nothing happened";
  ExpectBalanced();
}

TEST_P(DigestTest, AClockThatIsSetBackSendsADigestNeitherTwiceNorEarly) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "daily", Daily(7));
  StartMails();
  Happens("a", {"subscribers/x/subscriptions/daily"});
  Pass(absl::Hours(20));
  ASSERT_TRUE(mail_->WaitForSent(1));
  ASSERT_THAT(mail_->jobs(), SizeIs(1));
  store_.clock.Set(Local(2026, 12, 1, 5));
  const auto again = Happens("b", {"subscribers/x/subscriptions/daily"});
  Pass(absl::Hours(4));
  ASSERT_TRUE(mail_->WaitForSent(1));
  EXPECT_THAT(mail_->jobs(), SizeIs(1)) << "the window of that day is closed";
  EXPECT_EQ(Get(again[0]).state(), v1::Delivery::STATE_PENDING);
  Pass(absl::Hours(24));
  ASSERT_TRUE(mail_->WaitForSent(2));
  EXPECT_THAT(mail_->jobs(), SizeIs(2));
  ExpectBalanced();
}

TEST_P(DigestTest, ADigestComesWhenTheClockLeapsOverItsHour) {
  AddMailbox("subscribers/x", "mail", "anna@example.org");
  Subscribe("subscribers/x", "daily", Daily(7));
  StartMails();
  const auto one = Happens("a", {"subscribers/x/subscriptions/daily"});
  Settled();
  store_.clock.Set(Local(2026, 12, 1, 8));  // as a machine that has slept
  Pass(absl::Minutes(1));
  EXPECT_TRUE(WaitFor(one[0], v1::Delivery::STATE_DELIVERED, 1));
}

TEST_P(DigestTest, AChangeThatAMailHasToldIsNotInTheDigestToo) {
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
  ASSERT_TRUE(WaitFor(other[0], v1::Delivery::STATE_DELIVERED, 1));
  ASSERT_TRUE(mail_->WaitForSent(2));
  ASSERT_THAT(mail_->jobs(), SizeIs(2));
  EXPECT_THAT(mail_->jobs()[1]->others, SizeIs(0));
  ExpectBalanced();
}

TEST_P(DigestTest, ThousandsOfNoticesAreOneDigestThatTellsAHundredAndCountsTheRest) {
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
  ASSERT_TRUE(mail_->WaitForSent(1));  // a machine that has much to do needs its time for so many
  ASSERT_THAT(mail_->jobs(), SizeIs(1));
  EXPECT_THAT(mail_->jobs()[0]->others, SizeIs(Gatherer::kTold));
  EXPECT_EQ(mail_->jobs()[0]->left_out, kMany - 1 - Gatherer::kTold);
  const auto balance_of_all = [this] {
    return ledger_->Read([](sql::Connection& connection) { return Balance(connection).OfAll(); });
  };
  ASSERT_TRUE(Eventually([&] { return balance_of_all()->pending() == 0; }));
  const auto balance = balance_of_all();
  EXPECT_EQ(balance->difference(), 0);
  EXPECT_EQ(balance->delivered(), Gatherer::kTold + 1);
}

TEST_P(DigestTest, ADigestThatWasClosedBeforeACrashGoesOutOnceWithTheSame) {
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
  ASSERT_TRUE(mail_->WaitForSent(2));
  ASSERT_THAT(mail_->jobs(), SizeIs(2)) << "sent again under the same name, since nobody knows";
  EXPECT_EQ(mail_->jobs()[0]->delivery.name, mail_->jobs()[1]->delivery.name);
  EXPECT_THAT(mail_->jobs()[1]->others, SizeIs(1));
  EXPECT_EQ(Get(later[0]).state(), v1::Delivery::STATE_PENDING) << "comes with the next";
  ExpectBalanced();
}

TEST_P(DigestTest, ADigestLeavesOutWhatItsReaderMayNoLongerSee) {
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

}  // namespace
}  // namespace clusterwire::notification
