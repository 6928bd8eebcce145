#include "services/notification/ingest/intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/grants/testing/grant_records.h"
#include "services/notification/ingest/message.h"
#include "services/notification/ingest/testing/intake_fixture.h"
#include "services/notification/ingest/testing/messages.h"
#include "services/notification/ledger/records/dead_letters.h"
#include "services/notification/ledger/records/records.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

class IntakeTest : public IntakeFixture {
 protected:
  std::vector<v1::DeadLetter> DeadOnes() {
    auto dead = ledger_->Read(
        [](sql::Connection& connection) { return DeadLetters(connection).List({.limit = 100}); });
    EXPECT_THAT(dead, IsOk());
    return *std::move(dead);
  }
};
INSTANTIATE_TEST_SUITE_P(Both, IntakeTest, sql::kBothDatabases, sql::DialectName);

TEST_P(IntakeTest, EachSubscriptionThatMatchesGetsOneDelivery) {
  Subscribe("all", "");
  Subscribe("updates", "", {"cluster.updated"});
  Subscribe("published", "published");
  const auto change = ClusterChange("a", 1, "cluster.created", "", "published");
  ASSERT_THAT(Take({MessageOf(change, 0)}), IsOk());
  EXPECT_THAT(StatesFor(change), ElementsAre("all: pending", "published: pending"));
  EXPECT_EQ(AddUp().matched(), 2);
  EXPECT_EQ(AddUp().difference(), 0);
  ASSERT_THAT(offered_, SizeIs(2));
  EXPECT_EQ(offered_[0].transition, v1::TRANSITION_ENTERED);
  EXPECT_EQ(offered_[0].root, "clusters/a");
  EXPECT_EQ(offered_[0].subscription_made,
            WhenMade(store_.interests->Find("subscribers/x/subscriptions/all")->subscription));
}

TEST_P(IntakeTest, ARecordTakenAgainAddsNothing) {
  Subscribe("all", "");
  const auto message = MessageOf(ClusterChange("a", 1, "cluster.created", "", "published"), 0);
  ASSERT_THAT(Take({message}), IsOk());
  // A subscription made since doesn't hear of it: the record is closed.
  Subscribe("later", "");
  ASSERT_THAT(Take({message, message}), IsOk());
  EXPECT_EQ(AddUp().matched(), 1);
  EXPECT_EQ(AddUp().difference(), 0);
  EXPECT_THAT(offered_, SizeIs(1));
}

TEST_P(IntakeTest, WhatComesAfterTheClockWasSetBackIsDueAtOnceAndStillBehind) {
  Subscribe("all", "");
  ASSERT_THAT(Take({MessageOf(ClusterChange("a", 1, "cluster.created", "", "published"), 0)}),
              IsOk());
  store_.clock.Set(store_.clock.Now() - absl::Hours(1));
  ASSERT_THAT(
      Take({MessageOf(ClusterChange("a", 2, "cluster.updated", "published", "published"), 1)}),
      IsOk());
  ASSERT_THAT(offered_, SizeIs(2));
  EXPECT_GT(offered_[1].sequence, offered_[0].sequence);
  EXPECT_EQ(offered_[1].created, store_.clock.Now());
  const auto pending = ledger_->Read([&](sql::Connection& connection) {
    return Deliveries(connection).Pending(offered_[1].endpoint, 10, store_.clock.Now());
  });
  ASSERT_THAT(pending, IsOk());
  EXPECT_EQ(pending->at(1).name, offered_[1].name);
  for (const PendingDelivery& delivery : *pending) {
    EXPECT_EQ(delivery.wait, absl::ZeroDuration());
  }
}

TEST_P(IntakeTest, WhatAProcessTookWhoseClockWasAheadComesFirst) {
  Subscribe("all", "");
  ASSERT_THAT(Take({MessageOf(ClusterChange("a", 1, "cluster.created", "", "published"), 0)}),
              IsOk());
  const KeptRecord record = MakeRecord("clusters/a", 2);
  PendingDelivery theirs = MakeDelivery(record, "subscribers/x/subscriptions/all");
  theirs.sequence = offered_[0].sequence + 3'600'000'000;
  Keep(record, {theirs});
  intake_->Rejoin();
  ASSERT_THAT(
      Take({MessageOf(ClusterChange("a", 3, "cluster.updated", "published", "published"), 2)}),
      IsOk());
  ASSERT_THAT(offered_, SizeIs(2));
  EXPECT_GT(offered_[1].sequence, theirs.sequence);
}

TEST_P(IntakeTest, ASubscriptionHearsOfWhatArrivesAfterItWasAnswered) {
  for (int i = 0; i < 5; ++i) {
    const std::string id = "s" + std::to_string(i);
    Subscribe(id, "");
    const auto change = ClusterChange("a", i + 1, "cluster.updated", "published", "published");
    ASSERT_THAT(Take({MessageOf(change, i)}), IsOk());
    EXPECT_THAT(StatesFor(change), testing::Contains(id + ": pending"));
  }
}

TEST_P(IntakeTest, AnOlderArrivalIsSupersededExceptForWhoNamesItsKind) {
  Subscribe("all", "");
  Subscribe("kinds", "", {"cluster.updated"});
  const auto older = ClusterChange("a", 4, "cluster.updated", "published", "published");
  const auto newer = ClusterChange("a", 5, "cluster.updated", "published", "published");
  ASSERT_THAT(Take({MessageOf(newer, 0), MessageOf(older, 1)}), IsOk());
  EXPECT_THAT(StatesFor(older), ElementsAre("all: superseded", "kinds: pending"));
  EXPECT_THAT(StatesFor(newer), ElementsAre("all: pending", "kinds: pending"));
  EXPECT_EQ(AddUp().difference(), 0);
  EXPECT_THAT(offered_, SizeIs(3));
}

TEST_P(IntakeTest, WhatThePublicMayNotSeeIsMatchedForThoseWhoMayAndForNobodyElse) {
  Subscribe("all", "");
  store_.AddSubscriber("office", "corp:4711");
  store_.AddSubscriber("other", "corp:4712");
  for (const std::string subscriber : {"subscribers/office", "subscribers/other"}) {
    v1::Subscription subscription;
    subscription.set_endpoint(subscriber + "/endpoints/inbox");
    store_.AddSubscription(subscriber, "all", subscription);
  }
  ReadOn(*store_.grants, GrantTo("corp:4711", "programmes/p"));
  auto draft = ClusterChange("a", 1, "cluster.created", "", "draft");
  draft.mutable_after()->mutable_audience()->add_members("programmes/p");
  draft.mutable_cluster()->set_etag("secret");
  auto published = ClusterChange("a", 2, "cluster.published", "draft", "published");
  published.mutable_before()->mutable_audience()->add_members("programmes/p");
  ASSERT_THAT(Take({MessageOf(draft, 0)}), IsOk());
  ASSERT_THAT(offered_, SizeIs(1));
  EXPECT_EQ(offered_[0].subscription, "subscribers/office/subscriptions/all");
  ASSERT_THAT(Take({MessageOf(published, 1)}), IsOk());
  std::map<std::string, v1::Transition> told;
  for (const PendingDelivery& delivery : offered_) {
    if (delivery.change_id == "history:2:1") told[delivery.subscription] = delivery.transition;
  }
  EXPECT_THAT(told,
              ElementsAre(Pair("subscribers/office/subscriptions/all", v1::TRANSITION_CHANGED),
                          Pair("subscribers/other/subscriptions/all", v1::TRANSITION_ENTERED),
                          Pair(HasSubstr("all"), v1::TRANSITION_ENTERED)));
}

TEST_P(IntakeTest, NothingIsTakenBeforeGrantsWereReadWhole) {
  Subscribe("all", "");
  Grants unread({.key = std::string(kSubjectKey)}, store_.clock);
  const auto interests = Interests::Load(*store_.store, unread, store_.clock, store_.random);
  ASSERT_THAT(interests, IsOk());
  telemetry::Metrics metrics;
  AtOnce at_once(**interests, channels_, store_.clock, metrics);
  Intake intake(
      {}, *ledger_, **interests, at_once, store_.clock, IngestMetrics(metrics),
      [](const Intake::Committed&) {}, [] {});
  const auto change = ClusterChange("a", 1, "cluster.created", "", "published");
  const std::vector<kafka::ReceivedMessage> messages = {MessageOf(change, 0)};
  EXPECT_THAT(intake.Take(messages), ReasonIs("GRANTS_UNREAD"));
  EXPECT_THAT(StatesFor(change), IsEmpty());
  ReadWhole(unread, store_.clock);
  EXPECT_THAT(intake.Take(messages), IsOk());
  EXPECT_THAT(StatesFor(change), SizeIs(1));
}

TEST_P(IntakeTest, WhoWroteIsNotKept) {
  Subscribe("all", "");
  auto change = ClusterChange("a", 1, "cluster.created", "", "published");
  constexpr int kActor = 11;
  change.GetReflection()->MutableUnknownFields(&change)->AddLengthDelimited(kActor, "corp:marked");
  ASSERT_THAT(Take({MessageOf(change, 0)}), IsOk());
  const auto kept = ledger_->Read(
      [](sql::Connection& connection) { return Records(connection).Load("history:1:1"); });
  ASSERT_THAT(kept, IsOk());
  EXPECT_THAT(kept->change.SerializeAsString(), Not(HasSubstr("marked")));
}

TEST_P(IntakeTest, HidingAResourceIsLeftAndIsRemembered) {
  Subscribe("all", "");
  auto hidden = ClusterChange("a", 1, "cluster.updated", "published", "draft");
  hidden.mutable_after()->mutable_audience();
  ASSERT_THAT(Take({MessageOf(hidden, 0)}), IsOk());
  ASSERT_THAT(offered_, SizeIs(1));
  EXPECT_EQ(offered_[0].transition, v1::TRANSITION_LEFT);
  EXPECT_EQ(SeenBy("clusters/a"), " ");
}

TEST_P(IntakeTest, WhatIsDeletedStaysHiddenWhenItWasAndPublicWhenItWas) {
  auto hidden = ClusterChange("a", 1, "cluster.deleted", "draft", "");
  hidden.mutable_before()->mutable_audience();
  const auto open = ClusterChange("b", 2, "cluster.deleted", "published", "");
  ASSERT_THAT(Take({MessageOf(hidden, 0), MessageOf(open, 1)}), IsOk());
  EXPECT_EQ(SeenBy("clusters/a"), " ");
  EXPECT_EQ(SeenBy("clusters/b"), "");
}

TEST_P(IntakeTest, WhatCantBeReadIsSetAsideAndBlocksNothing) {
  Subscribe("all", "");
  auto broken = MessageOf(ClusterChange("a", 1, "cluster.created", "", "published"), 7);
  broken.value = "\xff\xff not protobuf";
  const auto change = ClusterChange("a", 2, "cluster.updated", "", "published");
  ASSERT_THAT(Take({broken, MessageOf(change, 8)}), IsOk());
  EXPECT_THAT(StatesFor(change), ElementsAre("all: pending"));
  ASSERT_THAT(DeadOnes(), SizeIs(1));
  EXPECT_EQ(DeadOnes()[0].name(), "deadLetters/changes.0.7");
  EXPECT_THAT(DeadOnes()[0].error(), testing::HasSubstr("ResourceChanged"));
  EXPECT_THAT(intake_->Redrive("deadLetters/changes.0.7"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(intake_->Redrive("deadLetters/changes.0.6"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(DeadOnes(), SizeIs(1));
}

TEST_P(IntakeTest, AZeroByteInATextSetsTheRecordAside) {
  const auto bad = ClusterChange(std::string("a\0b", 3), 1, "cluster.created", "", "published");
  ASSERT_THAT(Take({MessageOf(bad, 0)}), IsOk());
  EXPECT_THAT(DeadOnes(), SizeIs(1));
}

TEST_P(IntakeTest, ADeadLetterThatIsUnderstoodNowIsTaken) {
  Subscribe("all", "");
  const auto change = ClusterChange("a", 1, "cluster.created", "", "published");
  const auto message = MessageOf(change, 7);
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return DeadLetters(connection)
        .Add(message, absl::InvalidArgumentError("an older release"), store_.clock.Now());
  }),
              IsOk());
  EXPECT_THAT(intake_->Redrive("deadLetters/changes.0.7"), IsOkAndHolds("history:1:1"));
  EXPECT_THAT(StatesFor(change), ElementsAre("all: pending"));
  EXPECT_THAT(DeadOnes(), IsEmpty());
}

TEST_P(IntakeTest, ThePositionMovesWithTheBatch) {
  const auto first = MessageOf(ClusterChange("a", 1, "cluster.created", "", "published"), 40);
  const auto last = MessageOf(ClusterChange("b", 2, "cluster.created", "", "published"), 41);
  ASSERT_THAT(Take({first, last}), IsOk());
  const auto position = ledger_->Read(
      [&](sql::Connection& connection) { return TopicPositions(connection).Find(last.from); });
  ASSERT_THAT(position, IsOk());
  ASSERT_TRUE(*position);
  EXPECT_EQ((*position)->next_offset, 42);
  EXPECT_EQ((*position)->digest, DigestOf(last));
  EXPECT_NE(DigestOf(first), DigestOf(last));
}

TEST_P(IntakeTest, TheSequenceRisesEvenWhenTheClockStands) {
  Subscribe("all", "");
  ASSERT_THAT(Take({MessageOf(ClusterChange("a", 1, "cluster.created", "", "published"), 0),
                    MessageOf(ClusterChange("b", 2, "cluster.created", "", "published"), 1)}),
              IsOk());
  ASSERT_THAT(Take({MessageOf(ClusterChange("c", 3, "cluster.created", "", "published"), 2)}),
              IsOk());
  ASSERT_THAT(offered_, SizeIs(3));
  EXPECT_LT(offered_[0].sequence, offered_[1].sequence);
  EXPECT_LT(offered_[1].sequence, offered_[2].sequence);
}

TEST_P(IntakeTest, WhenACommitsAnswerIsLostTheDispatcherIsToldToLook) {
  Subscribe("all", "");
  const auto message = MessageOf(ClusterChange("a", 1, "cluster.created", "", "published"), 0);
  // The first COMMIT ends the question for the last sequence.
  faulty_.Inject({.fragment = "COMMIT",
                  .status = absl::UnavailableError("connection lost"),
                  .after = true,
                  .skip = 1});
  EXPECT_THAT(Take({message}), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(reloads_, 0);
  ASSERT_THAT(Take({message}), IsOk());
  EXPECT_EQ(reloads_, 1);
  EXPECT_THAT(offered_, IsEmpty());
  EXPECT_EQ(AddUp().pending(), 1);
  EXPECT_EQ(AddUp().difference(), 0);
}

TEST_P(IntakeTest, WhatACommitLeftUnannouncedIsAnnouncedBeforeWhatFollowsIt) {
  Subscribe("all", "");
  const auto first = MessageOf(ClusterChange("a", 1, "cluster.created", "", "published"), 0);
  const auto second =
      MessageOf(ClusterChange("a", 2, "cluster.updated", "published", "published"), 1);
  faulty_.Inject({.fragment = "COMMIT",
                  .status = absl::UnavailableError("connection lost"),
                  .after = true,
                  .skip = 1});
  ASSERT_THAT(Take({first}), StatusIs(absl::StatusCode::kUnavailable));
  ASSERT_THAT(Take({first, second}), IsOk());
  ASSERT_THAT(offered_, SizeIs(1));
  EXPECT_EQ(offered_[0].change_id, "history:2:1");
  EXPECT_EQ(reloads_before_last_offer_, 1);
  EXPECT_EQ(reloads_, 1);
}

}  // namespace
}  // namespace clusterwire::notification
