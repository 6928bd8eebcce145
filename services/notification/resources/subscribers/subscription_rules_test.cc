#include "services/notification/resources/subscribers/subscription_rules.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/match/matcher.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

class SubscriptionsTest : public testing::Test {
 protected:
  SubscriptionsTest() {
    test_.AddSubscriber("x");
    test_.AddSubscriber("y");
  }

  v1::CreateSubscriptionRequest Request(const char* subscription) {
    v1::CreateSubscriptionRequest request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(subscription,
                                                              request.mutable_subscription()));
    request.set_parent("subscribers/x");
    return request;
  }
  absl::StatusOr<v1::Subscription> Create(const char* subscription, const char* id = "") {
    v1::CreateSubscriptionRequest request = Request(subscription);
    request.set_subscription_id(id);
    return test_.Create(AsOperator(), request);
  }
  absl::StatusOr<v1::Subscription> Update(v1::Subscription subscription,
                                          std::initializer_list<const char*> mask = {}) {
    google::protobuf::FieldMask fields;
    for (const char* path : mask) fields.add_paths(path);
    return test_.subscriptions->Update(AsOperator(), subscription, fields);
  }

  TestStore test_;
};

TEST_F(SubscriptionsTest, AreActiveFromTheStart) {
  const auto made = Create(R"(title: "Silver" filter { label_levels: "ecei:silver" }
                              kinds: "label.awarded" endpoint: "subscribers/x/endpoints/inbox")");
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->state(), v1::Subscription::STATE_ACTIVE);
  EXPECT_THAT(made->name(), HasSubstr("subscribers/x/subscriptions/"));
}

TEST_F(SubscriptionsTest, RefuseDigestsForWhatIsNoMailbox) {
  EXPECT_THAT(Create(R"(title: "Silver" endpoint: "subscribers/x/endpoints/inbox"
                        schedule { frequency: FREQUENCY_DAILY })"),
              HasFieldError("subscription.schedule.frequency"));
  EXPECT_THAT(Create(R"(title: "Silver" endpoint: "subscribers/x/endpoints/inbox"
                        schedule { frequency: FREQUENCY_IMMEDIATE hour: 7 })"),
              HasFieldError("subscription.schedule.hour"));
  EXPECT_THAT(Create(R"(title: "Silver" endpoint: "subscribers/x/endpoints/inbox"
                        schedule { frequency: FREQUENCY_IMMEDIATE })"),
              IsOk());
}

TEST_F(SubscriptionsTest, NameEveryFieldThatIsWrong) {
  const auto made = Create(R"(
      filter { sectors: "ict" words: "photo*" } transitions: TRANSITION_UNSPECIFIED
      kinds: "label.awarded" kinds: "label.won" endpoint: "subscribers/y/endpoints/inbox"
      state: STATE_HELD)",
                           "Not an id");
  EXPECT_THAT(made, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      made,
      AllOf(HasFieldError("subscription_id"), HasFieldError("subscription.title"),
            HasFieldError("subscription.filter.sectors[0]"),
            HasFieldError("subscription.filter.words"),
            HasFieldError("subscription.transitions[0]"), HasFieldError("subscription.kinds[1]"),
            HasFieldError("subscription.endpoint"), HasFieldError("subscription.state")));
}

TEST_F(SubscriptionsTest, RefuseAFilterWith51Sectors) {
  v1::CreateSubscriptionRequest request = Request(R"(title: "Many")");
  for (int i = 0; i < 51; ++i) {
    request.mutable_subscription()->mutable_filter()->add_sectors(absl::StrCat("named:s", i));
  }
  const auto made = test_.Create(AsOperator(), request);
  EXPECT_THAT(made, HasFieldError("subscription.filter.sectors"));
  EXPECT_THAT(std::string(made.status().message()), HasSubstr("50"));
}

TEST_F(SubscriptionsTest, NeedAnEndpointThatExists) {
  EXPECT_THAT(Create(R"(title: "x" endpoint: "subscribers/x/endpoints/crm")"),
              HasFieldError("subscription.endpoint"));
  test_.AddWebhook("subscribers/x", "crm");
  EXPECT_THAT(Create(R"(title: "x" endpoint: "subscribers/x/endpoints/crm")"), IsOk());
}

TEST_F(SubscriptionsTest, ThatCanNeverMatchAreRefusedWithTheWordThatWasMeant) {
  const auto made = Create(R"(
      title: "x" filter { types: ["labl", "event"] states: "publishd" none_of { kinds: "workshp" } }
      kinds: "label.award")");
  EXPECT_THAT(made, AllOf(HasFieldError("subscription.filter.types[0]"),
                          HasFieldError("subscription.filter.states[0]"),
                          HasFieldError("subscription.filter.none_of[0].kinds[0]"),
                          HasFieldError("subscription.kinds[0]")));
  for (const char* meant : {"'label'", "'published'", "'workshop'", "'label.awarded'"}) {
    EXPECT_THAT(std::string(made.status().message()), HasSubstr(meant));
  }
}

TEST_F(SubscriptionsTest, AreRefusedWhenTheirPartsNeverComeTogether) {
  EXPECT_THAT(Create(R"(title: "x" filter { types: "event" states: "lapsed" })"),
              HasFieldError("subscription.filter.states[0]"));
  EXPECT_THAT(Create(R"(title: "x" filter { types: "event" kinds: "silver" })"),
              HasFieldError("subscription.filter.kinds[0]"));
  EXPECT_THAT(Create(R"(title: "x" filter { types: "cluster" } kinds: "label.awarded")"),
              HasFieldError("subscription.kinds[0]"));
  // Published is new to the public, and a change to who saw the draft.
  EXPECT_THAT(Create(R"(title: "x" kinds: "cluster.published" transitions: TRANSITION_CHANGED)"),
              IsOk());
  EXPECT_THAT(Create(R"(title: "x" kinds: "label.awarded" transitions: TRANSITION_LEFT)"),
              HasFieldError("subscription.transitions"));
  EXPECT_THAT(Create(R"(title: "x" kinds: "label.deleted" transitions: TRANSITION_LEFT)"), IsOk());
  EXPECT_THAT(Create(R"(title: "x" filter { types: "cluster" } kinds: "facts.refreshed")"), IsOk());
}

TEST_F(SubscriptionsTest, MayAskForDraftsAndSayWhoIsToldOfThem) {
  const auto made = Create(R"(title: "x" endpoint: "subscribers/x/endpoints/inbox"
      filter { states: "draft" })");
  ASSERT_THAT(made, IsOk());
  ASSERT_EQ(made->notes_size(), 1);
  EXPECT_THAT(made->notes(0), HasSubstr("a grant lets see them"));
}

TEST_F(SubscriptionsTest, SayWhichCodesAreNotKnownHere) {
  const auto made = Create(R"(title: "x" endpoint: "subscribers/x/endpoints/inbox"
      filter { types: "label" kinds: "ecei:silver" regions: "nuts:DED" label_levels: "ecei:gold" })");
  ASSERT_THAT(made, IsOk());
  ASSERT_EQ(made->notes_size(), 1);
  for (const char* value : {"kinds[0] 'ecei:silver'", "'nuts:DED'", "'ecei:gold'", "Search"}) {
    EXPECT_THAT(made->notes(0), HasSubstr(value));
  }
  v1::Subscription renamed;
  renamed.set_name(made->name());
  renamed.set_title("y");
  const auto updated = Update(renamed);
  EXPECT_THAT(updated->notes(), testing::IsEmpty());
  EXPECT_THAT(updated->filter().regions(), testing::ElementsAre("nuts:DED"));
}

TEST_F(SubscriptionsTest, WhoseEndpointIsGoneCanBePausedAndSayThatItIs) {
  test_.AddWebhook("subscribers/x", "crm");
  const auto made = Create(R"(title: "x" endpoint: "subscribers/x/endpoints/crm")");
  ASSERT_THAT(made, IsOk());
  // As a release without that check would have left it.
  ASSERT_THAT(test_.store->Write({},
                                 [](store::Writer& writer) {
                                   return writer.Purge("subscribers/x/endpoints/crm",
                                                       "endpoint.deleted");
                                 }),
              IsOk());
  v1::Subscription pause;
  pause.set_name(made->name());
  pause.set_state(v1::Subscription::STATE_PAUSED);
  const auto paused = Update(pause);
  ASSERT_THAT(paused, IsOk());
  ASSERT_EQ(paused->notes_size(), 1);
  EXPECT_THAT(paused->notes(0), HasSubstr("subscription.endpoint stands as it was"));
}

TEST_F(SubscriptionsTest, ThatAskAboutEverythingAreNotAllTakenByOne) {
  constexpr const char* kWide = R"(title: "x" endpoint: "subscribers/x/endpoints/inbox")";
  const auto create = [&](const WriteCall& call, const char* text) {
    return test_.subscriptions->Create(call, "subscribers/x", Request(text).subscription(), "");
  };
  for (int i = 0; i < kMaxWide; ++i) ASSERT_THAT(create(As("subscribers/x"), kWide), IsOk());
  EXPECT_THAT(create(As("subscribers/x"), kWide), ReasonIs("FILTER_TOO_WIDE"));
  EXPECT_THAT(create(As("subscribers/x"), R"(title: "x" endpoint: "subscribers/x/endpoints/inbox"
                                             filter { types: "label" })"),
              IsOk());
  EXPECT_THAT(create(AsOperator(), kWide), IsOk());
}

TEST_F(SubscriptionsTest, ThatAskAboutEverythingAreLimited) {
  size_t wide = match::kMaxWide - 1;
  Subscriptions subscriptions(*test_.store, test_.random, [&wide] { return wide; });
  const auto create = [&](const char* text) {
    return subscriptions.Create(AsOperator(), "subscribers/x", Request(text).subscription(), "");
  };
  constexpr const char* kWide = R"(title: "x" endpoint: "subscribers/x/endpoints/inbox")";
  const auto last = create(kWide);
  ASSERT_THAT(last, IsOk());
  wide = match::kMaxWide;
  EXPECT_THAT(create(kWide), ReasonIs("FILTER_TOO_WIDE"));
  EXPECT_THAT(create(R"(title: "x" endpoint: "subscribers/x/endpoints/inbox"
                        filter { size { min: 5 } none_of { types: "event" } })"),
              ReasonIs("FILTER_TOO_WIDE"));
  // What is narrow, saved, paused or wide already is no more to be asked.
  EXPECT_THAT(create(R"(title: "x" endpoint: "subscribers/x/endpoints/inbox"
                        filter { types: "label" })"),
              IsOk());
  EXPECT_THAT(create(R"(title: "x")"), IsOk());
  const auto paused = create(R"(title: "x" endpoint: "subscribers/x/endpoints/inbox"
                                state: STATE_PAUSED)");
  ASSERT_THAT(paused, IsOk());
  v1::Subscription update = *last;
  update.set_title("y");
  EXPECT_THAT(subscriptions.Update(AsOperator(), update, {}), IsOk());
  update = *paused;
  update.set_state(v1::Subscription::STATE_ACTIVE);
  EXPECT_THAT(subscriptions.Update(AsOperator(), update, {}), ReasonIs("FILTER_TOO_WIDE"));
}

TEST_F(SubscriptionsTest, ThatAskAboutEverythingAreCountedThoughTheyNeedTheRightToSee) {
  v1::Subscription narrow;
  narrow.set_endpoint("subscribers/x/endpoints/inbox");
  test_.AddSubscription("subscribers/x", "wide", narrow);
  narrow.mutable_filter()->add_types("label");
  test_.AddSubscription("subscribers/x", "narrow", narrow);
  test_.CatchUp();
  EXPECT_EQ(test_.interests->wide(), 1u);
}

TEST_F(SubscriptionsTest, NeedASubscriber) {
  v1::CreateSubscriptionRequest request = Request(R"(title: "x")");
  request.set_parent("subscribers/missing");
  EXPECT_THAT(test_.Create(AsOperator(), request), StatusIs(absl::StatusCode::kNotFound));
  request.set_parent("clusters/x");
  EXPECT_THAT(test_.Create(AsOperator(), request), HasFieldError("parent"));
}

TEST_F(SubscriptionsTest, ArePausedAndResumedByTheirState) {
  const auto made = Create(R"(title: "x" endpoint: "subscribers/x/endpoints/inbox")");
  ASSERT_THAT(made, IsOk());
  v1::Subscription pause;
  pause.set_name(made->name());
  pause.set_state(v1::Subscription::STATE_PAUSED);
  const auto paused = Update(pause);
  ASSERT_THAT(paused, IsOk());
  EXPECT_EQ(paused->state(), v1::Subscription::STATE_PAUSED);
  EXPECT_EQ(paused->title(), "x");
  test_.CatchUp();
  EXPECT_EQ(test_.interests->Find(made->name()), nullptr);
  EXPECT_EQ(test_.interests->counts().paused, 1u);

  pause.set_state(v1::Subscription::STATE_ACTIVE);
  ASSERT_THAT(Update(pause, {"state"}), IsOk());
  test_.CatchUp();
  EXPECT_NE(test_.interests->Find(made->name()), nullptr);
}

TEST_F(SubscriptionsTest, RefuseAStaleEtagAndAnUnknownField) {
  const auto made = Create(R"(title: "x")");
  ASSERT_THAT(made, IsOk());
  v1::Subscription update;
  update.set_name(made->name());
  update.set_etag("0");
  update.set_title("y");
  EXPECT_THAT(Update(update), ReasonIs("ETAG_MISMATCH"));
  update.set_etag(made->etag());
  EXPECT_THAT(Update(update, {"titel"}), HasFieldError("update_mask"));
  EXPECT_THAT(Update(update), IsOk());
}

TEST_F(SubscriptionsTest, AreHeldWhileANewerReleasesFilterIsNotUnderstood) {
  const auto made = Create(R"(title: "x" endpoint: "subscribers/x/endpoints/inbox")");
  ASSERT_THAT(made, IsOk());
  // As a newer release would have stored it.
  v1::Subscription newer = *made;
  newer.mutable_filter()
      ->GetReflection()
      ->MutableUnknownFields(newer.mutable_filter())
      ->AddVarint(900, 1);
  ASSERT_THAT(
      test_.store->Write(
          {}, [&](store::Writer& writer) { return writer.Put(newer, "subscription.updated"); }),
      IsOk());

  const auto held = test_.subscriptions->Get(Reading(AsOperator()), made->name());
  ASSERT_THAT(held, IsOk());
  EXPECT_EQ(held->state(), v1::Subscription::STATE_HELD);
  EXPECT_NE(held->state_reason(), "");
  test_.CatchUp();
  EXPECT_EQ(test_.interests->Find(made->name()), nullptr);
  EXPECT_EQ(test_.interests->counts().held, 1u);

  v1::Subscription rename;
  rename.set_name(made->name());
  rename.set_title("y");
  const auto renamed = Update(rename);
  ASSERT_THAT(renamed, IsOk()) << "its filter isn't touched";
  EXPECT_EQ(renamed->state(), v1::Subscription::STATE_HELD);
  v1::Subscription sent_back = *renamed;
  sent_back.set_title("z");
  EXPECT_THAT(Update(sent_back), IsOk()) << "that it is held is no fault of who read it";
  ASSERT_THAT(Update(rename, {"filter", "title"}), IsOk());
  EXPECT_EQ(test_.subscriptions->Get(Reading(AsOperator()), made->name())->state(),
            v1::Subscription::STATE_ACTIVE);
}

TEST_F(SubscriptionsTest, AreNotAskedAgainForAFilterThatStandsWhenSomethingElseChanges) {
  const auto made = Create(R"(title: "x" endpoint: "subscribers/x/endpoints/inbox")");
  ASSERT_THAT(made, IsOk());
  v1::Subscription older = *made;  // by a release that took such names
  older.mutable_filter()->add_names("cluster/a");
  ASSERT_THAT(
      test_.store->Write(
          {}, [&](store::Writer& writer) { return writer.Put(older, "subscription.updated"); }),
      IsOk());
  v1::Subscription next;
  next.set_name(made->name());
  next.set_title("y");
  EXPECT_THAT(Update(next), IsOk());
  next.mutable_filter()->add_names("cluster/b");
  EXPECT_THAT(Update(next), HasFieldError("subscription.filter.names[0]"));
}

TEST_F(SubscriptionsTest, AreListedForOneAndForAll) {
  test_.AddSubscription("subscribers/x", "a");
  test_.AddSubscription("subscribers/y", "b");
  EXPECT_THAT(*test_.List(*test_.subscriptions, AsOperator(), {.parent = "subscribers/x"}),
              SizeIs(1));
  EXPECT_THAT(*test_.List(*test_.subscriptions, AsOperator(), {.parent = "subscribers/-"}),
              SizeIs(2));
  EXPECT_THAT(*test_.List(*test_.subscriptions, As("subscribers/x"), {.parent = "subscribers/x"}),
              SizeIs(1));
  EXPECT_THAT(test_.List(*test_.subscriptions, As("subscribers/x"), {.parent = "subscribers/-"}),
              ReasonIs("NOT_ALLOWED"));
  EXPECT_THAT(test_.List(*test_.subscriptions, AsOperator(), {.parent = "subscribers/missing"}),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace clusterwire::notification
