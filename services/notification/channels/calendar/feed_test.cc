#include "services/notification/channels/calendar/feed.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/channels/testing/event_jobs.h"
#include "services/notification/consent/links.h"
#include "services/notification/ledger/testing/rows.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using type::v1::Facts;

constexpr char kSubscription[] = "subscribers/x/subscriptions/events";

class CalendarFeedTest : public LedgerTest {
 protected:
  CalendarFeedTest() {
    store_.AddSubscriber("x");
    v1::Subscription subscription;
    subscription.set_endpoint("subscribers/x/endpoints/inbox");
    subscription.mutable_filter()->add_types("event");
    made_ = WhenMade(store_.AddSubscription("subscribers/x", "events", subscription));
    store_.CatchUp();
  }

  // A change of an event that the subscription matched.
  void Match(const change::v1::ResourceChanged& change) {
    const KeptRecord record = {.id = absl::StrCat("h:", change.revision(), ":1"),
                               .change = change,
                               .received = absl::FromUnixSeconds(change.revision())};
    Keep(record, {{.name = DeliveryName(kSubscription, record.id),
                   .change_id = record.id,
                   .root = change.root(),
                   .subscription = kSubscription,
                   .subscription_made = made_,
                   .endpoint = "subscribers/x/endpoints/inbox",
                   .transition = v1::TRANSITION_ENTERED,
                   .sequence = change.revision(),
                   .created = record.received}});
    ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
      return Records(connection).NoteNewest(change).status();
    }),
                IsOk());
  }
  // The path of a new address.
  std::string Rotate() {
    const auto feed = feed_.Rotate(Reading(AsOperator()), kSubscription);
    EXPECT_THAT(feed, IsOk());
    EXPECT_TRUE(feed->uri().starts_with("https://notices.example.org/calendar/"));
    return PathOf(*feed);
  }
  static std::string PathOf(const v1::CalendarFeed& feed) {
    return feed.uri().substr(std::string("https://notices.example.org").size());
  }
  http::ServerReply Get(const std::string& path, const std::string& tag = "") {
    http::ServerRequest request{.method = "GET", .path = path};
    if (!tag.empty()) request.headers["if-none-match"] = tag;
    return feed_.Answer(request);
  }
  static std::string TagOf(const http::ServerReply& reply) {
    for (const auto& [name, value] : reply.headers) {
      if (name == "ETag") return value;
    }
    return "";
  }

  TestStore store_;
  const Links links_{"https://notices.example.org", "a key of at least sixteen bytes"};
  CalendarFeed::Dependencies parts_{.ledger = *ledger_,
                                    .subscriptions = *store_.subscriptions,
                                    .interests = *store_.interests,
                                    .clock = store_.clock,
                                    .random = store_.random,
                                    .links = &links_,
                                    .organiser = {"Office", "office@example.org"}};
  CalendarFeed feed_{parts_};
  int64_t made_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Both, CalendarFeedTest, sql::kBothDatabases, sql::DialectName);

TEST_P(CalendarFeedTest, ItHasEachEventAsItIsNow) {
  const std::string path = Rotate();
  Match(ConferenceChange(1, "event.published", {}, PragueConference(0)));
  EXPECT_THAT(Get(path).body, AllOf(HasSubstr("METHOD:PUBLISH"), HasSubstr("SEQUENCE:0"),
                                    HasSubstr("mailto:office@example.org")));
  Match(ConferenceChange(2, "event.deleted", PragueConference(0), {}));
  EXPECT_THAT(Get(path).body, AllOf(HasSubstr("SEQUENCE:1"), HasSubstr("STATUS:CANCELLED")));
}

TEST_P(CalendarFeedTest, WhatTheSubscriberMayNotSeeNowIsNotInIt) {
  const std::string path = Rotate();
  Match(ConferenceChange(1, "event.published", {}, PragueConference(0)));
  Facts hidden = PragueConference(0);
  hidden.mutable_audience()->add_members("programmes/p");
  Match(ConferenceChange(2, "event.updated", PragueConference(0), hidden));
  EXPECT_THAT(Get(path).body, AllOf(HasSubstr("BEGIN:VCALENDAR"), Not(HasSubstr("VEVENT"))));
}

TEST_P(CalendarFeedTest, AnEventAndRegistrationsToItAreOneEntry) {
  const std::string path = Rotate();
  int64_t revision = 0;
  const auto match = [&](const std::string& under, const std::string& title, bool cancelled) {
    Facts facts = PragueConference(0);
    facts.set_type(under.empty() ? "event" : "registration");
    facts.set_title(title);
    if (cancelled) facts.mutable_calendar()->set_status(type::v1::Calendar::STATUS_CANCELLED);
    change::v1::ResourceChanged change =
        ConferenceChange(++revision, facts.type() + ".updated", facts, facts);
    change.set_name(change.name() + under);
    Match(change);
    return Get(path).body;
  };
  EXPECT_THAT(match("/registrations/a", "Two seats", false), HasSubstr("SUMMARY:Two seats"));
  EXPECT_THAT(match("/registrations/b", "Given back", true),
              AllOf(HasSubstr("SUMMARY:Two seats"), Not(HasSubstr("SUMMARY:Given back"))));
  EXPECT_THAT(match("", "The event", false),
              AllOf(HasSubstr("SUMMARY:The event"), Not(HasSubstr("Two seats"))));
  EXPECT_THAT(match("/registrations/a", "Three seats", false),
              AllOf(HasSubstr("SUMMARY:The event"), Not(HasSubstr("Three seats"))));
}

TEST_P(CalendarFeedTest, ACallIsEnteredAtItsNextCutOff) {
  const std::string path = Rotate();
  Facts call = PragueConference(0);
  call.set_type("call");
  call.set_name("calls/hosting");
  change::v1::ResourceChanged change = ConferenceChange(1, "call.opened", {}, call);
  change.set_name(call.name());
  change.set_root(call.name());
  Match(change);
  EXPECT_THAT(Get(path).body, HasSubstr("DTSTART;VALUE=DATE:20220926"));
}

TEST_P(CalendarFeedTest, WhoHasItAsItIsGetsNothing) {
  const std::string path = Rotate();
  const std::string tag = TagOf(Get(path));
  for (const std::string& named : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    const http::ServerReply reply = Get(path, named);
    EXPECT_EQ(reply.status, 304) << named;
    EXPECT_THAT(reply.body, IsEmpty());
    EXPECT_EQ(TagOf(reply), tag);
  }
  EXPECT_EQ(Get(path, "\"other\"").status, 200);
  Match(ConferenceChange(1, "event.published", {}, PragueConference(0)));
  EXPECT_EQ(Get(path, tag).status, 200);
}

TEST_P(CalendarFeedTest, OnlyTheNewestTokenOpensItAndNothingTellsTheOthersApart) {
  const std::string first = Rotate();
  const std::string second = Rotate();
  EXPECT_EQ(Get(second).status, 200);
  const http::ServerReply nothing = Get("/calendar/never.ics");
  EXPECT_EQ(nothing.status, 404);
  ASSERT_THAT(feed_.Revoke(Reading(AsOperator()), kSubscription), IsOk());
  for (const std::string& path :
       {first, second, std::string("/calendar/"), "/calendar/" + std::string(5000, 'a')}) {
    const http::ServerReply reply = Get(path);
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.body, nothing.body);
    EXPECT_THAT(reply.headers, IsEmpty());
  }
}

TEST_P(CalendarFeedTest, ItEndsWithItsSubscriptionAlsoWhereItsRowIsLeft) {
  const std::string path = Rotate();
  ASSERT_THAT(store_.subscriptions->Delete(AsOperator(), kSubscription, ""), IsOk());
  EXPECT_EQ(Get(path).status, 404);
  store_.clock.Advance(absl::Seconds(1));
  store_.AddSubscription("subscribers/x", "events");
  EXPECT_EQ(Get(path).status, 404);
}

TEST_P(CalendarFeedTest, ProgramsThatAskWithoutEndHaveToWait) {
  const std::string path = Rotate();
  for (int i = 0; i < CalendarFeed::kMostAMinute; ++i) ASSERT_EQ(Get(path).status, 200);
  EXPECT_EQ(Get(path).status, 429);
  store_.clock.Advance(absl::Minutes(1));
  EXPECT_EQ(Get(path).status, 200);
}

TEST_P(CalendarFeedTest, WhoReadsAllTheirFeedsWithoutEndKeepsNoOthersOut) {
  const std::string own = Rotate();
  std::vector<std::string> paths;
  store_.AddSubscriber("y");
  for (int i = 0; i < CalendarFeed::kMostOfOwner / CalendarFeed::kMostAMinute + 2; ++i) {
    const std::string name = store_.AddSubscription("subscribers/y", absl::StrCat("f", i)).name();
    paths.push_back(PathOf(*feed_.Rotate(Reading(AsOperator()), name)));
  }
  int answered = 0;
  for (const std::string& path : paths) {
    for (int i = 0; i < CalendarFeed::kMostAMinute; ++i) answered += Get(path).status == 200;
  }
  EXPECT_EQ(answered, CalendarFeed::kMostOfOwner);
  EXPECT_EQ(Get(own).status, 200);
}

TEST_P(CalendarFeedTest, OthersMakeNoneAndNobodyWherePagesAreNotServed) {
  EXPECT_THAT(feed_.Rotate(Reading(As("subscribers/y")), kSubscription),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(feed_.Revoke(Reading(AsPublic()), kSubscription),
              StatusIs(absl::StatusCode::kPermissionDenied));
  parts_.links = nullptr;
  EXPECT_THAT(CalendarFeed(parts_).Rotate(Reading(AsOperator()), kSubscription),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace clusterwire::notification
