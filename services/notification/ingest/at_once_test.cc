// What needs no receiver is handed over by the transaction that matched it.

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/channels/inbox/inbox_channel.h"
#include "services/notification/grants/testing/grant_records.h"
#include "services/notification/ingest/testing/intake_fixture.h"
#include "services/notification/ingest/testing/messages.h"
#include "services/notification/ledger/inbox/inbox.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AtOnceTest : public IntakeFixture {
 protected:
  AtOnceTest() {
    channels_[v1::Endpoint::kInbox] = std::make_unique<InboxChannel>(signal_, store_.clock);
  }
  std::vector<std::string> Titles(const std::string& subscriber = "subscribers/x") {
    const auto items = ledger_->Read(
        [&](sql::Connection& connection) { return Inbox(connection).After(subscriber, 0, 1000); });
    EXPECT_THAT(items, IsOk());
    std::vector<std::string> titles;
    for (const v1::InboxItem& item : *items) titles.push_back(item.change().name());
    return titles;
  }
  static change::v1::ResourceChanged Published(const std::string& id, int64_t revision) {
    return ClusterChange(id, revision, "cluster.published", "", "published");
  }

  InboxSignal signal_;
};
INSTANTIATE_TEST_SUITE_P(Both, AtOnceTest, sql::kBothDatabases, sql::DialectName);

TEST_P(AtOnceTest, AnInboxHasItsItemWhenItsChangeIsTakenAndItsReaderIsWoken) {
  Subscribe("all", "");
  int woken = 0;
  const InboxSignal::Waiter waiter(signal_, "subscribers/x", [&] { ++woken; });
  ASSERT_THAT(Take({MessageOf(Published("a", 1), 1), MessageOf(Published("b", 2), 2)}), IsOk());
  EXPECT_THAT(Titles(), ElementsAre("clusters/a", "clusters/b"));
  EXPECT_EQ(woken, 2);
  EXPECT_THAT(offered_, IsEmpty()) << "nothing is left for the dispatcher";
  const std::vector<v1::Delivery> deliveries = List({.limit = 10});
  ASSERT_THAT(deliveries, testing::SizeIs(2));
  EXPECT_EQ(deliveries[0].state(), v1::Delivery::STATE_DELIVERED);
  EXPECT_EQ(deliveries[0].attempts(), 0);
  EXPECT_FALSE(deliveries[0].reason().empty()) << "in place of an attempt";
  EXPECT_EQ(AddUp().delivered(), 2);
  EXPECT_EQ(AddUp().difference(), 0);
}

TEST_P(AtOnceTest, ARecordThatIsSentAgainAddsNothing) {
  Subscribe("all", "");
  for (int i = 0; i < 3; ++i) ASSERT_THAT(Take({MessageOf(Published("a", 1), 1)}), IsOk());
  EXPECT_THAT(Titles(), ElementsAre("clusters/a"));
}

// Killed before a commit nothing happened, killed behind it nothing is repeated: each statement and
// each commit fails once, before and after it took effect.
TEST_P(AtOnceTest, AFailureAnywhereLosesAndDoublesNothing) {
  Subscribe("a", "");
  Subscribe("b", "");
  int64_t revision = 0;
  for (const char* fragment :
       {"INSERT INTO record", "INSERT INTO newest_record", "SELECT named FROM asked",
        "INSERT INTO delivery", "INSERT INTO topic_position", "INSERT INTO inbox (",
        "INSERT INTO inbox_item", "COMMIT"}) {
    for (const bool after : {false, true}) {
      SCOPED_TRACE(absl::StrCat(fragment, after ? " took effect" : ""));
      ++revision;
      const auto message = MessageOf(Published(absl::StrCat("c", revision), revision), revision);
      faulty_.Inject(
          {.fragment = fragment, .status = absl::UnavailableError("away"), .after = after});
      EXPECT_FALSE(Take({message}).ok());
      ASSERT_THAT(Take({message}), IsOk());
      EXPECT_EQ(faulty_.pending(), 0u);
      EXPECT_THAT(Titles(), testing::SizeIs(static_cast<size_t>(2 * revision)));
    }
  }
  EXPECT_EQ(AddUp().delivered(), 2 * revision);
  EXPECT_EQ(AddUp().difference(), 0);
}

TEST_P(AtOnceTest, WhatIsHeldStaysPendingAndWhatFollowsWaitsBehindItAndHoldsNoOther) {
  store_.AddSubscriber("y", "corp:y");
  v1::Subscription all;
  all.set_endpoint("subscribers/y/endpoints/inbox");
  all.mutable_filter()->add_types("cluster");
  store_.AddSubscription("subscribers/y", "all", all);
  Subscribe("all", "");
  ReadWhole(*store_.grants, store_.clock, {GrantTo("corp:y", "programmes/p")});
  store_.CatchUp();
  change::v1::ResourceChanged draft = Published("a", 1);
  draft.mutable_after()->mutable_audience()->add_members("programmes/p");
  store_.clock.Advance(absl::Minutes(1));  // from now on it isn't known who may see it
  ASSERT_THAT(Take({MessageOf(draft, 1), MessageOf(Published("b", 2), 2)}), IsOk());
  EXPECT_THAT(Titles("subscribers/y"), IsEmpty());
  EXPECT_THAT(Titles("subscribers/x"), ElementsAre("clusters/b"));
  ASSERT_THAT(offered_, testing::SizeIs(2));
  EXPECT_EQ(offered_[0].endpoint, "subscribers/y/endpoints/inbox");
  EXPECT_EQ(AddUp().pending(), 2);
  EXPECT_EQ(AddUp().difference(), 0);
}

TEST_P(AtOnceTest, BehindWhatIsPendingNothingIsPutIntoTheSameInbox) {
  Subscribe("all", "");
  Channels none;
  std::swap(none[v1::Endpoint::kInbox], channels_[v1::Endpoint::kInbox]);
  channels_.erase(v1::Endpoint::kInbox);
  ASSERT_THAT(Take({MessageOf(Published("a", 1), 1)}), IsOk());
  channels_ = std::move(none);
  ASSERT_THAT(Take({MessageOf(Published("a", 2), 2)}), IsOk());
  EXPECT_THAT(Titles(), IsEmpty());
  EXPECT_EQ(AddUp().pending(), 2);
  EXPECT_THAT(offered_, testing::SizeIs(2));
}

TEST_P(AtOnceTest, WhatIsSupersededReachesNoInbox) {
  Subscribe("all", "");
  ASSERT_THAT(Take({MessageOf(Published("a", 3), 3)}), IsOk());
  ASSERT_THAT(Take({MessageOf(Published("a", 2), 2)}), IsOk());
  EXPECT_THAT(Titles(), testing::SizeIs(1));
  EXPECT_THAT(StatesFor(Published("a", 2)), ElementsAre("all: superseded"));
}

TEST_P(AtOnceTest, WhatWasMadePendingBeforeItMatchedReachesItsInboxOnce) {
  Subscribe("all", "");
  const auto message = MessageOf(Published("a", 1), 1);
  PendingDelivery early = {.name = DeliveryName("subscribers/x/subscriptions/all", "history:1:1"),
                           .change_id = "history:1:1",
                           .subscription = "subscribers/x/subscriptions/all",
                           .endpoint = "subscribers/x/endpoints/other"};
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return Deliveries(connection).Insert({&early, 1}, "");
  }),
              IsOk());
  ASSERT_THAT(Take({message}), IsOk());
  EXPECT_THAT(Titles(), IsEmpty()) << "the dispatcher hands it over";
}

// Two processes that both believe that they have a record's partition, one of them no longer.
class TwoIntakesTest : public AtOnceTest {
 protected:
  static constexpr int kSubscribers = 9;

  TwoIntakesTest() {
    for (int i = 0; i < kSubscribers; ++i) {
      const std::string id = absl::StrCat("wide", i);
      store_.AddSubscriber(id);
      v1::Subscription subscription;
      subscription.set_endpoint(absl::StrCat("subscribers/", id, "/endpoints/inbox"));
      subscription.mutable_filter()->add_types("cluster");
      store_.AddSubscription("subscribers/" + id, "all", subscription);
    }
    store_.CatchUp();
  }
  // Takes the message on a thread of its own, a row or two in a transaction.
  std::thread TakeBeside(const kafka::ReceivedMessage& message, size_t rows) {
    return std::thread([this, message, rows] {
      Intake intake(
          {.rows = rows}, *ledger_, *store_.interests, at_once_, store_.clock,
          IngestMetrics(metrics_), [](const Intake::Committed&) {}, [] {});
      absl::Status taken = intake.Take({&message, 1});
      while (absl::IsUnavailable(taken)) taken = intake.Take({&message, 1});
      EXPECT_THAT(taken, IsOk());
    });
  }
};
INSTANTIATE_TEST_SUITE_P(Both, TwoIntakesTest, sql::kBothDatabases, sql::DialectName);

TEST_P(TwoIntakesTest, AWideRecordThatBothGoOnWithReachesEachInboxOnce) {
  constexpr int kRounds = 20;
  for (int64_t round = 1; round <= kRounds; ++round) {
    const auto message = MessageOf(Published(absl::StrCat("c", round), round), round);
    std::thread one = TakeBeside(message, 1);
    std::thread other = TakeBeside(message, 2);
    one.join();
    other.join();
  }
  for (int i = 0; i < kSubscribers; ++i) {
    EXPECT_THAT(Titles(absl::StrCat("subscribers/wide", i)), testing::SizeIs(kRounds)) << i;
  }
  EXPECT_EQ(AddUp().matched(), kRounds * kSubscribers);
  EXPECT_EQ(AddUp().difference(), 0);
}

TEST_P(AtOnceTest, AWideChangeTakesFewStatements) {
  constexpr int kSubscribers = 500;
  for (int i = 0; i < kSubscribers; ++i) {
    const std::string id = absl::StrCat("wide", i);
    store_.AddSubscriber(id);
    v1::Subscription subscription;
    subscription.set_endpoint(absl::StrCat("subscribers/", id, "/endpoints/inbox"));
    subscription.mutable_filter()->add_types("cluster");
    store_.AddSubscription("subscribers/" + id, "all", subscription);
  }
  faulty_.TakeStatements();
  ASSERT_THAT(Take({MessageOf(Published("a", 1), 1)}), IsOk());
  EXPECT_LE(faulty_.TakeStatements().size(), 100u);
  EXPECT_EQ(AddUp().delivered(), kSubscribers);
  EXPECT_THAT(Titles("subscribers/wide499"), testing::SizeIs(1));
}

}  // namespace
}  // namespace clusterwire::notification
