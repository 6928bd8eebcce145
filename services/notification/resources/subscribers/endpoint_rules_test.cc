#include "services/notification/resources/subscribers/endpoint_rules.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/channels/webhook/secret.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Property;

class EndpointsTest : public testing::Test {
 protected:
  EndpointsTest() { test_.AddSubscriber("x"); }

  v1::CreateEndpointRequest Request(const std::string& uri) {
    v1::CreateEndpointRequest request;
    request.set_parent("subscribers/x");
    request.mutable_endpoint()->mutable_webhook()->set_uri(uri);
    return request;
  }
  absl::StatusOr<v1::Endpoint> Create(const v1::CreateEndpointRequest& request) {
    return test_.Create(AsOperator(), request);
  }
  absl::StatusOr<v1::Endpoint> Get(const std::string& name) {
    return test_.endpoints->Get(Reading(AsOperator()), name);
  }
  absl::Status Delete(const std::string& name) {
    return test_.endpoints->Delete(AsOperator(), name, "").status();
  }

  TestStore test_;
};

TEST_F(EndpointsTest, GiveTheirSecretOnceAndNeverAgain) {
  const v1::Endpoint made = test_.AddWebhook("subscribers/x", "crm");
  EXPECT_EQ(made.name(), "subscribers/x/endpoints/crm");
  EXPECT_EQ(made.state(), v1::Endpoint::STATE_ENABLED);
  ASSERT_TRUE(KeyOf(made.webhook().secret()).has_value());
  EXPECT_EQ(KeyOf(made.webhook().secret())->size(), 32u);

  EXPECT_EQ(Get(made.name())->webhook().secret(), "");
  EXPECT_EQ(Get(made.name())->webhook().uri(), "https://hooks.example/in");
  const auto list = test_.List(*test_.endpoints, AsOperator(),
                               {.parent = "subscribers/x", .after = "", .limit = 10});
  ASSERT_THAT(list, IsOk());
  for (const v1::Endpoint& endpoint : *list) EXPECT_EQ(endpoint.webhook().secret(), "");

  test_.CatchUp();
  EXPECT_EQ(test_.interests->FindEndpoint(made.name())->webhook().secret(),
            made.webhook().secret());
}

TEST_F(EndpointsTest, GiveTheSameSecretToARetry) {
  v1::CreateEndpointRequest request = Request("https://hooks.example/in");
  request.set_request_id("r1");
  const auto first = Create(request);
  const auto again = Create(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_NE(again->webhook().secret(), "");
}

TEST_F(EndpointsTest, TakeASecretOfTheReceiversOwn) {
  v1::CreateEndpointRequest request = Request("https://hooks.example/in");
  request.mutable_endpoint()->mutable_webhook()->set_secret(
      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  const auto made = Create(request);
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->webhook().secret(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  for (const char* secret : {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_%%%"}) {
    request.mutable_endpoint()->mutable_webhook()->set_secret(secret);
    EXPECT_THAT(Create(request), HasFieldError("endpoint.webhook.secret")) << secret;
  }
}

TEST_F(EndpointsTest, DoNotLeadIntoOurOwnNetwork) {
  for (const char* uri :
       {"https://169.254.169.254/latest/meta-data/", "https://127.0.0.1/", "https://[::1]/",
        "https://10.0.0.1/", "https://a.loopback.example/hook"}) {
    EXPECT_THAT(Create(Request(uri)), StatusIs(absl::StatusCode::kInvalidArgument)) << uri;
    EXPECT_THAT(Create(Request(uri)), HasFieldError("endpoint.webhook.uri")) << uri;
  }
  EXPECT_THAT(test_
                  .List(*test_.endpoints, AsOperator(),
                        {.parent = "subscribers/x", .after = "", .limit = 10})
                  ->size(),
              1u);
}

TEST_F(EndpointsTest, AreHttpsAddressesWithoutUserAndFragment) {
  for (const std::string& uri :
       {std::string(), std::string("hooks.example"), std::string("http://hooks.example/"),
        std::string("https://me:secret@hooks.example/"), std::string("https://hooks.example/#top"),
        "https://hooks.example/" + std::string(2000, 'a')}) {
    EXPECT_THAT(Create(Request(uri)), HasFieldError("endpoint.webhook.uri")) << uri;
  }
}

TEST_F(EndpointsTest, NameEveryFieldThatIsWrong) {
  v1::CreateEndpointRequest request = Request("https://hooks.example/#top");
  request.set_endpoint_id("Not an id");
  request.mutable_endpoint()->mutable_webhook()->set_secret("short");
  const auto made = Create(request);
  for (const char* field : {"endpoint_id", "endpoint.webhook.uri", "endpoint.webhook.secret"}) {
    EXPECT_THAT(made, HasFieldError(field));
  }
}

TEST_F(EndpointsTest, MayBeTriedAgainWhenTheResolverDoesNotAnswer) {
  EXPECT_THAT(Create(Request("https://unknown.example/")),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("unknown.example")));
}

TEST_F(EndpointsTest, NeedAWebhookAndASubscriber) {
  v1::CreateEndpointRequest request = Request("https://hooks.example/");
  request.set_parent("subscribers/missing");
  EXPECT_THAT(Create(request), StatusIs(absl::StatusCode::kNotFound));
  request = Request("https://hooks.example/");
  request.mutable_endpoint()->clear_channel();
  EXPECT_THAT(Create(request), HasFieldError("endpoint.webhook"));
}

TEST_F(EndpointsTest, AreAtMostTwentyBesidesTheInbox) {
  for (int i = 0; i < kMaxEndpoints; ++i) test_.AddWebhook("subscribers/x", absl::StrCat("e", i));
  EXPECT_THAT(Create(Request("https://hooks.example/")), ReasonIs("TOO_MANY_ENDPOINTS"));
  EXPECT_EQ(test_
                .List(*test_.endpoints, AsOperator(),
                      {.parent = "subscribers/x", .after = "", .limit = 100})
                ->size(),
            21u);
}

TEST_F(EndpointsTest, ShowTheInboxInItsPlace) {
  for (const char* id : {"crm", "zulu"}) test_.AddWebhook("subscribers/x", id);
  const auto name = [](const char* n) { return Property(&v1::Endpoint::name, n); };
  const auto first = test_.List(*test_.endpoints, AsOperator(),
                                {.parent = "subscribers/x", .after = "", .limit = 2});
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(*first, ElementsAre(name("subscribers/x/endpoints/crm"),
                                  name("subscribers/x/endpoints/inbox")));
  EXPECT_THAT(
      *test_.List(
          *test_.endpoints, AsOperator(),
          {.parent = "subscribers/x", .after = "subscribers/x/endpoints/inbox", .limit = 2}),
      ElementsAre(name("subscribers/x/endpoints/zulu")));
}

TEST_F(EndpointsTest, KeepTheInboxAsItIs) {
  const std::string inbox = "subscribers/x/endpoints/inbox";
  ASSERT_THAT(Get(inbox), IsOk());
  EXPECT_TRUE(Get(inbox)->has_inbox());
  EXPECT_THAT(Get("subscribers/missing/endpoints/inbox"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Delete(inbox), ReasonIs("INBOX_IS_BUILT_IN"));
  EXPECT_THAT(test_.endpoints->Disable(inbox, "x"), ReasonIs("INBOX_IS_BUILT_IN"));
  v1::CreateEndpointRequest request = Request("https://hooks.example/");
  request.set_endpoint_id("inbox");
  EXPECT_THAT(Create(request), HasFieldError("endpoint_id"));
  request.mutable_endpoint()->mutable_inbox();
  EXPECT_THAT(Create(request), HasFieldError("endpoint.inbox"));
}

TEST_F(EndpointsTest, AreSwitchedOffWithAReasonAndOnAgain) {
  const v1::Endpoint made = test_.AddWebhook("subscribers/x", "crm");
  ASSERT_THAT(test_.endpoints->Disable(made.name(), "410 Gone"), IsOk());
  ASSERT_THAT(test_.endpoints->Disable(made.name(), "later"), IsOk());
  EXPECT_EQ(Get(made.name())->state(), v1::Endpoint::STATE_DISABLED);
  EXPECT_EQ(Get(made.name())->state_reason(), "410 Gone");

  v1::EnableEndpointRequest request;
  request.set_name(made.name());
  request.set_etag(made.etag());
  EXPECT_THAT(test_.endpoints->Enable(AsOperator(), request.name(), request.etag()),
              ReasonIs("ETAG_MISMATCH"));
  request.clear_etag();
  const auto enabled = test_.endpoints->Enable(As("subscribers/x"), request.name(), request.etag());
  ASSERT_THAT(enabled, IsOk());
  EXPECT_EQ(enabled->state(), v1::Endpoint::STATE_ENABLED);
  EXPECT_EQ(enabled->state_reason(), "");
  EXPECT_EQ(enabled->webhook().secret(), "");
  EXPECT_THAT(test_.endpoints->Disable("subscribers/x/endpoints/gone", "x"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(EndpointsTest, KeepAReasonShortAndWhole) {
  const v1::Endpoint made = test_.AddWebhook("subscribers/x", "crm");
  std::string reason = "x";
  for (int i = 0; i < 300; ++i) reason += "ä";
  ASSERT_THAT(test_.endpoints->Disable(made.name(), reason), IsOk());
  EXPECT_EQ(Get(made.name())->state_reason().size(), 499u);
}

TEST_F(EndpointsTest, StayWhileASubscriptionUsesThem) {
  const v1::Endpoint made = test_.AddWebhook("subscribers/x", "crm");
  v1::Subscription subscription;
  subscription.set_endpoint(made.name());
  test_.AddSubscription("subscribers/x", "silver", subscription);
  EXPECT_THAT(Delete(made.name()), ReasonIs("ENDPOINT_IN_USE"));

  v1::DeleteSubscriptionRequest request;
  request.set_name("subscribers/x/subscriptions/silver");
  ASSERT_THAT(test_.subscriptions->Delete(AsOperator(), request.name(), ""), IsOk());
  ASSERT_THAT(Delete(made.name()), IsOk());
  EXPECT_THAT(Get(made.name()), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(EndpointsTest, AreOpenToTheirSubscriberOnly) {
  v1::CreateEndpointRequest request = Request("https://hooks.example/");
  EXPECT_THAT(test_.Create(As("subscribers/x"), request), IsOk());
  EXPECT_THAT(test_.Create(As("subscribers/y"), request), ReasonIs("NOT_ALLOWED"));
  EXPECT_THAT(test_.List(*test_.endpoints, AsPublic(),
                         {.parent = "subscribers/x", .after = "", .limit = 10}),
              ReasonIs("NOT_ALLOWED"));
}

}  // namespace
}  // namespace clusterwire::notification
