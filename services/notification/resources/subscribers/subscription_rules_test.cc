#include "services/notification/resources/subscribers/subscription_rules.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
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
  EXPECT_THAT(Update(rename), ReasonIs("FILTER_UNKNOWN_FIELDS"));
  ASSERT_THAT(Update(rename, {"filter", "title"}), IsOk());
  EXPECT_EQ(test_.subscriptions->Get(Reading(AsOperator()), made->name())->state(),
            v1::Subscription::STATE_ACTIVE);
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
