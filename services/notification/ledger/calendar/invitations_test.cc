#include "services/notification/ledger/calendar/invitations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/ledger/calendar/calendar_feeds.h"
#include "services/notification/ledger/testing/rows.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kSubscription[] = "subscribers/a/subscriptions/s";
constexpr char kEndpoint[] = "subscribers/a/endpoints/mail";
const absl::Time kEnds = absl::FromUnixSeconds(1'700'000'000);

PendingDelivery Delivery(const std::string& subscription = kSubscription,
                         const std::string& endpoint = kEndpoint, int64_t made = 7) {
  return {.subscription = subscription, .subscription_made = made, .endpoint = endpoint};
}

class InvitationsTest : public LedgerTest {
 protected:
  template <typename Body>
  auto Do(const Body& body) {
    auto done =
        ledger_->Write([&](sql::Connection& connection) { return body(Invitations(connection)); });
    EXPECT_THAT(done, IsOk());
    return done;
  }
  void Expect(const PendingDelivery& delivery) {
    Do([&](Invitations invitations) {
      return invitations.Expect({{delivery}}, "uid", "events/e", kEnds);
    }).IgnoreError();
  }
  void SetTold(const PendingDelivery& delivery, int64_t sequence, bool cancelled = false) {
    Do([&](Invitations invitations) {
      return invitations.SetTold(delivery, {.uid = "uid",
                                            .version = sequence,
                                            .sequence = sequence,
                                            .cancelled = cancelled,
                                            .ends = kEnds});
    }).IgnoreError();
  }
  Invitation At(const std::string& endpoint) {
    return *Do([&](Invitations invitations) { return invitations.At({{endpoint}}, "uid"); });
  }
  std::vector<std::string> Invited() {
    std::vector<std::string> names;
    const auto found = Do([](Invitations invitations) { return invitations.Of("uid"); });
    for (const auto& one : *found) {
      names.push_back(one.subscription);
    }
    return names;
  }
};
INSTANTIATE_TEST_SUITE_P(Both, InvitationsTest, sql::kBothDatabases, sql::DialectName);

TEST_P(InvitationsTest, OneThatIsOnItsWayWasNotTold) {
  EXPECT_FALSE(At(kEndpoint).told());
  Expect(Delivery());
  EXPECT_FALSE(At(kEndpoint).told());
  EXPECT_THAT(Invited(), ElementsAre(kSubscription));
}

TEST_P(InvitationsTest, OfSeveralEndpointsTheNewestCounts) {
  const PendingDelivery other =
      Delivery("subscribers/b/subscriptions/s", "subscribers/b/endpoints/mail");
  SetTold(Delivery(), 1);
  SetTold(other, 2, /*cancelled=*/true);
  for (const auto& endpoints : {std::vector{other.endpoint, std::string(kEndpoint)},
                                std::vector{std::string(kEndpoint), other.endpoint}}) {
    const Invitation newest =
        *Do([&](Invitations invitations) { return invitations.At(endpoints, "uid"); });
    EXPECT_EQ(newest.sequence, 2);
    EXPECT_TRUE(newest.cancelled);
  }
  EXPECT_EQ(
      Do([](Invitations invitations) { return invitations.By(kSubscription, "uid"); })->sequence,
      1);
}

TEST_P(InvitationsTest, WhatWasToldStaysWhenAnotherIsExpected) {
  SetTold(Delivery(), 3);
  Expect(Delivery());
  EXPECT_EQ(At(kEndpoint).sequence, 3);
}

TEST_P(InvitationsTest, WhereTheEventInvitesAndARegistrationToItTheEventDid) {
  const auto told = [&](const std::string& resource) {
    Do([&](Invitations invitations) {
      return invitations.SetTold(
          Delivery(),
          {.uid = "uid", .resource = resource, .version = 1, .sequence = 1, .ends = kEnds});
    }).IgnoreError();
    return Do([](Invitations invitations) { return invitations.By(kSubscription, "uid"); })
        ->resource;
  };
  Expect(Delivery());
  EXPECT_EQ(told("events/e/registrations/r"), "events/e");
  SetTold(Delivery(), 1);
  EXPECT_EQ(told("events/e/registrations/r"), "events/e/registrations/r");
  EXPECT_EQ(told("events/e/registrations/s"), "events/e/registrations/s");
  EXPECT_EQ(told("events/e"), "events/e");
  EXPECT_EQ(told("events/e/registrations/r"), "events/e");
}

TEST_P(InvitationsTest, OfAnEventAndARegistrationThatWaitToBeToldTheEventInvites) {
  const auto expect = [&](const std::string& resource) {
    Do([&](Invitations invitations) {
      return invitations.Expect({{Delivery()}}, "uid", resource, kEnds);
    }).IgnoreError();
    return Do([](Invitations invitations) { return invitations.By(kSubscription, "uid"); })
        ->resource;
  };
  EXPECT_EQ(expect("events/e/registrations/r"), "events/e/registrations/r");
  EXPECT_EQ(expect("events/e"), "events/e");
  EXPECT_EQ(expect("events/e/registrations/r"), "events/e");
}

TEST_P(InvitationsTest, AnOlderOneNeverReplacesANewerOne) {
  SetTold(Delivery(), 3, /*cancelled=*/true);
  SetTold(Delivery(), 2);
  EXPECT_EQ(At(kEndpoint).sequence, 3);
  EXPECT_TRUE(At(kEndpoint).cancelled);
}

TEST_P(InvitationsTest, AnotherEndpointAndASubscriptionMadeAnewBeginAnew) {
  SetTold(Delivery(), 3);
  Expect(Delivery(kSubscription, "subscribers/a/endpoints/other"));
  EXPECT_FALSE(At("subscribers/a/endpoints/other").told());
  EXPECT_FALSE(At(kEndpoint).told());
  SetTold(Delivery(kSubscription, "subscribers/a/endpoints/other"), 4);
  Expect(Delivery(kSubscription, "subscribers/a/endpoints/other", /*made=*/8));
  EXPECT_FALSE(At("subscribers/a/endpoints/other").told());
}

TEST_P(InvitationsTest, TheNewestOfAllSubscriptionsCountsAtAnEndpoint) {
  SetTold(Delivery("subscribers/a/subscriptions/r"), 5);
  Expect(Delivery());
  EXPECT_EQ(At(kEndpoint).sequence, 5);
}

TEST_P(InvitationsTest, TheyGoWithWhatTheyLieUnder) {
  SetTold(Delivery("subscribers/a/subscriptions/s"), 1);
  SetTold(Delivery("subscribers/a/subscriptions/t"), 1);
  SetTold(Delivery("subscribers/ab/subscriptions/s", "subscribers/ab/endpoints/mail"), 1);
  Do([](Invitations invitations) {
    return invitations.RemoveUnder("subscribers/a/subscriptions/t");
  }).IgnoreError();
  EXPECT_THAT(Invited(),
              ElementsAre("subscribers/a/subscriptions/s", "subscribers/ab/subscriptions/s"));
  Do([](Invitations invitations) {
    return invitations.RemoveUnder("subscribers/a");
  }).IgnoreError();
  EXPECT_THAT(Invited(), ElementsAre("subscribers/ab/subscriptions/s"));
  Do([](Invitations invitations) {
    return invitations.RemoveUnder("subscribers/ab/endpoints/mail");
  }).IgnoreError();
  EXPECT_THAT(Invited(), IsEmpty());
}

TEST_P(InvitationsTest, ThoseOfEventsThatAreOverArePurged) {
  SetTold(Delivery(), 1);
  EXPECT_EQ(*Do([](Invitations invitations) { return invitations.Purge(kEnds, 10); }), 0);
  EXPECT_EQ(
      *Do([](Invitations invitations) { return invitations.Purge(kEnds + absl::Seconds(1), 10); }),
      1);
  EXPECT_THAT(Invited(), IsEmpty());
}

class CalendarFeedsTest : public LedgerTest {
 protected:
  template <typename Body>
  auto Do(const Body& body) {
    auto done = ledger_->Write(
        [&](sql::Connection& connection) { return body(CalendarFeeds(connection)); });
    EXPECT_THAT(done, IsOk());
    return done;
  }
  bool Knows(const std::string& token) {
    return Do([&](CalendarFeeds feeds) { return feeds.Find(token); })->has_value();
  }
};
INSTANTIATE_TEST_SUITE_P(Both, CalendarFeedsTest, sql::kBothDatabases, sql::DialectName);

TEST_P(CalendarFeedsTest, ATokenIsKnownUntilAnotherOrNoneIsThere) {
  const CalendarFeeds::Feed feed = {.subscription = kSubscription, .made = 7, .since = kEnds};
  Do([&](CalendarFeeds feeds) { return feeds.Set(feed, "one"); }).IgnoreError();
  EXPECT_TRUE(Knows("one"));
  EXPECT_FALSE(Knows("two"));
  Do([&](CalendarFeeds feeds) { return feeds.Set(feed, "two"); }).IgnoreError();
  EXPECT_FALSE(Knows("one"));
  EXPECT_TRUE(Knows("two"));
  Do([&](CalendarFeeds feeds) { return feeds.Revoke(kSubscription); }).IgnoreError();
  EXPECT_FALSE(Knows("two"));
}

TEST_P(CalendarFeedsTest, EachEventThatMatchedComesAsItsNewestRecord) {
  const auto keep = [&](const std::string& name, int64_t revision, bool matches) {
    const KeptRecord record = MakeRecord(name, revision, "event.moved");
    std::vector<PendingDelivery> deliveries;
    if (matches) {
      deliveries.push_back(MakeDelivery(record, kSubscription));
      deliveries.back().subscription_made = 7;
      deliveries.back().sequence = revision;
    }
    Keep(record, deliveries);
    ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
      return Records(connection).NoteNewest(record.change).status();
    }),
                IsOk());
  };
  keep("events/a", 1, true);
  keep("events/b", 2, true);
  keep("clusters/c", 3, true);
  keep("events/d", 4, false);
  keep("events/a", 5, false);
  const auto matched = [&](int64_t made, size_t most) {
    std::vector<int64_t> revisions;
    const auto events =
        Do([&](CalendarFeeds feeds) { return feeds.MatchedEvents(kSubscription, made, most); });
    for (const KeptRecord& record : events->newest) revisions.push_back(record.change.revision());
    if (events->cut) revisions.push_back(0);
    return revisions;
  };
  EXPECT_THAT(matched(7, 10), ElementsAre(2, 5));
  EXPECT_THAT(matched(7, 1), ElementsAre(2, 0));
  EXPECT_THAT(matched(8, 10), IsEmpty());
}

}  // namespace
}  // namespace clusterwire::notification
