#include "services/notification/resources/subscribers/subscriber_rules.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/status_matchers.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::Property;

class SubscribersTest : public testing::Test {
 protected:
  absl::StatusOr<v1::Subscriber> Get(const WriteCall& call, const char* name) {
    return test_.subscribers->Get(Reading(call), name);
  }
  absl::Status Delete(const WriteCall& call, const std::string& name,
                      const std::string& etag = "") {
    return test_.subscribers->Delete(call, name, etag).status();
  }

  TestStore test_;
};

TEST_F(SubscribersTest, AreCreatedWithStampsAndFoundAgain) {
  const v1::Subscriber made = test_.AddSubscriber("x");
  EXPECT_EQ(made.name(), "subscribers/x");
  EXPECT_NE(made.etag(), "");
  EXPECT_TRUE(made.has_create_time());
  const auto found = Get(AsOperator(), "subscribers/x");
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->SerializeAsString(), made.SerializeAsString());
}

TEST_F(SubscribersTest, NameAllThatIsWrongWithTheirHours) {
  v1::CreateSubscriberRequest request;
  request.mutable_subscriber()->set_title("Newsletter");
  request.mutable_subscriber()->set_time_zone("Factory");
  request.mutable_subscriber()->mutable_quiet_hours()->set_from_hour(24);
  request.mutable_subscriber()->mutable_quiet_hours()->set_until_hour(-1);
  const auto refused = test_.Create(AsOperator(), request);
  EXPECT_THAT(refused, HasFieldError("subscriber.time_zone"));
  EXPECT_THAT(refused, HasFieldError("subscriber.quiet_hours.from_hour"));
  EXPECT_THAT(refused, HasFieldError("subscriber.quiet_hours.until_hour"));
  request.mutable_subscriber()->set_time_zone("Europe/Berlin");
  request.mutable_subscriber()->mutable_quiet_hours()->set_from_hour(22);
  request.mutable_subscriber()->mutable_quiet_hours()->set_until_hour(7);
  EXPECT_THAT(test_.Create(AsOperator(), request), IsOk());
}

TEST_F(SubscribersTest, GetARandomIdWhenNoneIsGiven) {
  EXPECT_NE(test_.AddSubscriber("").name(), test_.AddSubscriber("").name());
}

TEST_F(SubscribersTest, HearOfEverythingThatIsWrongAtOnce) {
  v1::CreateSubscriberRequest request;
  request.set_subscriber_id("X");
  request.mutable_subscriber()->set_language("no language");
  const auto made = test_.Create(AsOperator(), request);
  EXPECT_THAT(made, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(made,
              testing::AllOf(HasFieldError("subscriber_id"), HasFieldError("subscriber.title"),
                             HasFieldError("subscriber.language")));
}

v1::CreateSubscriberRequest Request(const std::string& subject = "") {
  v1::CreateSubscriberRequest request;
  request.mutable_subscriber()->set_title("Me");
  request.mutable_subscriber()->set_subject(subject);
  return request;
}

TEST_F(SubscribersTest, BelongToWhoCreatesThemUnderAnIdThatSaysNothing) {
  const auto made = test_.Create(SignedInAs("corp:4711"), Request());
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->subject(), "corp:4711");
  test_.CatchUp();
  EXPECT_THAT(test_.interests->SubscribersOf("corp:4711"), ElementsAre(made->name()));
  EXPECT_THAT(test_.interests->SubscribersOf("corp:471"), ElementsAre());
  v1::CreateSubscriberRequest chosen = Request();
  chosen.set_subscriber_id("jane-doe");
  EXPECT_THAT(test_.Create(SignedInAs("corp:4711"), chosen), HasFieldError("subscriber_id"));
  EXPECT_THAT(test_.Create(SignedInAs("corp:4711"), Request("corp:4711")), IsOk());
}

TEST_F(SubscribersTest, OfAnotherSubjectAreCreatedByOperatorsAlone) {
  EXPECT_THAT(test_.Create(SignedInAs("corp:4711"), Request("corp:1")),
              HasFieldError("subscriber.subject"));
  EXPECT_THAT(test_.Create(AsPublic(), Request()), ReasonIs("NOT_ALLOWED"));
  EXPECT_THAT(test_.Create(AsPublic(), Request("corp:1")), ReasonIs("NOT_ALLOWED"));
  const auto given = test_.Create(AsOperator(), Request("corp:1"));
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(given->subject(), "corp:1");
  EXPECT_EQ(test_.AddSubscriber("nobodys").subject(), "");
  for (const char* nobody : {"loopback", "public", "two words", "corp:*"}) {
    EXPECT_THAT(test_.Create(AsOperator(), Request(nobody)), HasFieldError("subscriber.subject"))
        << nobody;
  }
}

TEST_F(SubscribersTest, OfOthersTellNothingOfThemselvesToWhoNamesTheirSubject) {
  for (size_t i = 0; i < kMaxSubscribers; ++i) {
    ASSERT_THAT(test_.Create(SignedInAs("corp:full"), Request()), IsOk());
  }
  for (const char* subject : {"corp:full", "corp:nobody"}) {
    const auto made = test_.Create(SignedInAs("corp:4711"), Request(subject));
    EXPECT_THAT(made, HasFieldError("subscriber.subject"));
    EXPECT_THAT(made, StatusIs(absl::StatusCode::kInvalidArgument)) << subject;
  }
}

TEST_F(SubscribersTest, StayWhoseTheyAre) {
  v1::Subscriber taken = test_.AddSubscriber("x", "corp:1");
  taken.set_subject("corp:2");
  taken.set_title("Another");
  for (const WriteCall& call : {AsOperator(), As("subscribers/x")}) {
    taken.clear_etag();
    google::protobuf::FieldMask all;
    all.add_paths("*");
    const auto updated = test_.subscribers->Update(call, taken, all);
    ASSERT_THAT(updated, IsOk());
    EXPECT_EQ(updated->subject(), "corp:1");
  }
}

TEST_F(SubscribersTest, AreTenOfOneSubjectAtMost) {
  for (size_t i = 0; i < kMaxSubscribers; ++i) {
    ASSERT_THAT(test_.Create(SignedInAs("corp:1"), Request()), IsOk());
  }
  EXPECT_THAT(test_.Create(SignedInAs("corp:1"), Request()), ReasonIs("TOO_MANY_SUBSCRIBERS"));
  EXPECT_THAT(test_.Create(AsOperator(), Request("corp:1")), ReasonIs("TOO_MANY_SUBSCRIBERS"));
  EXPECT_THAT(test_.Create(SignedInAs("corp:2"), Request()), IsOk());
  test_.CatchUp();
  ASSERT_THAT(Delete(AsOperator(), test_.interests->SubscribersOf("corp:1").front()), IsOk());
  EXPECT_THAT(test_.Create(SignedInAs("corp:1"), Request()), IsOk());
}

TEST_F(SubscribersTest, TakeLanguagesAsBcp47WritesThem) {
  for (const char* tag : {"", "de", "pt-BR", "sr-Latn-RS", "de-1996"}) {
    v1::CreateSubscriberRequest request;
    request.mutable_subscriber()->set_title("x");
    request.mutable_subscriber()->set_language(tag);
    EXPECT_THAT(test_.Create(AsOperator(), request), IsOk()) << tag;
  }
  for (const char* tag : {"d", "de-", "-de", "de_DE", "12", "abcdefghi"}) {
    v1::CreateSubscriberRequest request;
    request.mutable_subscriber()->set_title("x");
    request.mutable_subscriber()->set_language(tag);
    EXPECT_THAT(test_.Create(AsOperator(), request), HasFieldError("subscriber.language")) << tag;
  }
}

TEST_F(SubscribersTest, AreMadeOnceByOneRequestId) {
  v1::CreateSubscriberRequest request;
  request.mutable_subscriber()->set_title("Newsletter");
  request.set_request_id("r1");
  const auto first = test_.Create(AsOperator(), request);
  const auto again = test_.Create(AsOperator(), request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->name(), again->name());
  request.mutable_subscriber()->set_title("Another");
  const auto reused = test_.Create(AsOperator(), request);
  EXPECT_THAT(reused, StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(reused, ReasonIs("REQUEST_ID_REUSED"));
}

TEST_F(SubscribersTest, AreNotMadeByADryRun) {
  v1::CreateSubscriberRequest request;
  request.set_subscriber_id("x");
  request.mutable_subscriber()->set_title("Newsletter");
  request.set_validate_only(true);
  const auto made = test_.Create(AsOperator(), request);
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->name(), "subscribers/x");
  EXPECT_THAT(Get(AsOperator(), "subscribers/x"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(SubscribersTest, AreUpdatedByMaskAndEtag) {
  const v1::Subscriber made = test_.AddSubscriber("x");
  v1::UpdateSubscriberRequest request;
  request.mutable_subscriber()->set_name(made.name());
  request.mutable_subscriber()->set_etag(made.etag());
  request.mutable_subscriber()->set_language("de");
  const auto updated =
      test_.subscribers->Update(AsOperator(), request.subscriber(), request.update_mask());
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->title(), "Newsletter");
  EXPECT_EQ(updated->language(), "de");

  const auto stale =
      test_.subscribers->Update(AsOperator(), request.subscriber(), request.update_mask());
  EXPECT_THAT(stale, StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(stale, ReasonIs("ETAG_MISMATCH"));

  request.mutable_subscriber()->clear_etag();
  request.mutable_update_mask()->add_paths("title");
  EXPECT_THAT(test_.subscribers->Update(AsOperator(), request.subscriber(), request.update_mask()),
              HasFieldError("subscriber.title"));
}

TEST_F(SubscribersTest, AreOpenToThemselvesAndOperatorsOnly) {
  test_.AddSubscriber("x");
  test_.AddSubscriber("y");
  EXPECT_THAT(Get(As("subscribers/x"), "subscribers/x"), IsOk());
  EXPECT_THAT(Get(As("subscribers/x"), "subscribers/y"), ReasonIs("NOT_ALLOWED"));
  EXPECT_THAT(Get(As("subscribers/x"), "subscribers/unknown"), ReasonIs("NOT_ALLOWED"));
  EXPECT_THAT(Get(AsPublic(), "subscribers/x"), ReasonIs("NOT_ALLOWED"));
  EXPECT_THAT(Delete(AsPublic(), "subscribers/x"), ReasonIs("NOT_ALLOWED"));
  EXPECT_THAT(test_.Create(As("subscribers/x"), v1::CreateSubscriberRequest()),
              ReasonIs("NOT_ALLOWED"));
  EXPECT_THAT(test_.List(*test_.subscribers, As("subscribers/x"), {.after = "", .limit = 10}),
              ReasonIs("NOT_ALLOWED"));
}

TEST_F(SubscribersTest, AreListedInOrderBehindAName) {
  for (const char* id : {"c", "a", "b"}) test_.AddSubscriber(id);
  const auto name = [](const char* n) { return Property(&v1::Subscriber::name, n); };
  const auto first = test_.List(*test_.subscribers, AsOperator(), {.after = "", .limit = 2});
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(*first, ElementsAre(name("subscribers/a"), name("subscribers/b")));
  const auto second =
      test_.List(*test_.subscribers, AsOperator(), {.after = "subscribers/b", .limit = 2});
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(*second, ElementsAre(name("subscribers/c")));
}

TEST_F(SubscribersTest, GoWithAllTheyHave) {
  const v1::Subscriber x = test_.AddSubscriber("x");
  test_.AddSubscriber("xy");
  test_.AddWebhook("subscribers/x", "crm");
  test_.AddSubscription("subscribers/x", "silver");
  test_.AddSubscription("subscribers/xy", "gold");
  EXPECT_THAT(Delete(AsOperator(), "subscribers/x", "stale"), ReasonIs("ETAG_MISMATCH"));
  ASSERT_THAT(Delete(AsOperator(), "subscribers/x", x.etag()), IsOk());

  const auto reader = test_.store->Read();
  ASSERT_THAT(reader, IsOk());
  for (const char* name :
       {"subscribers/x", "subscribers/x/endpoints/crm", "subscribers/x/subscriptions/silver"}) {
    EXPECT_TRUE(absl::IsNotFound((*reader)->GetFacts(name).status())) << name;
  }
  EXPECT_THAT((*reader)->Get<v1::Subscription>("subscribers/xy/subscriptions/gold"), IsOk());
}

TEST_F(SubscribersTest, GoEvenWithAsMuchAsTheyMayHave) {
  test_.AddSubscriber("x");
  ASSERT_THAT(
      test_.store->Write({},
                         [](store::Writer& writer) -> absl::Status {
                           v1::Endpoint endpoint;
                           for (int i = 0; i < kMaxEndpoints; ++i) {
                             endpoint.set_name(absl::StrCat("subscribers/x/endpoints/e", i));
                             RETURN_IF_ERROR(writer.Put(endpoint, "endpoint.created"));
                           }
                           v1::Subscription one;
                           for (int i = 0; i < kMaxSubscriptions; ++i) {
                             one.set_name(absl::StrCat("subscribers/x/subscriptions/s", i));
                             RETURN_IF_ERROR(writer.Put(one, "subscription.created"));
                           }
                           return absl::OkStatus();
                         }),
      IsOk());
  EXPECT_THAT(Delete(AsOperator(), "subscribers/x"), IsOk());
  EXPECT_THAT(test_.List(*test_.subscriptions, AsOperator(), {.parent = "subscribers/-"}),
              IsOkAndHolds(testing::IsEmpty()));
}

TEST_F(SubscribersTest, LeaveNoPersonalDataInTheLog) {
  test_.AddSubscriber("x");
  test_.AddWebhook("subscribers/x", "crm");
  const auto changes = test_.store->Changes({}, 100);
  ASSERT_THAT(changes, IsOk());
  ASSERT_EQ(changes->size(), 2u);
  for (const store::Change& change : *changes) EXPECT_EQ(change.after, nullptr) << change.name;
}

}  // namespace
}  // namespace clusterwire::notification
