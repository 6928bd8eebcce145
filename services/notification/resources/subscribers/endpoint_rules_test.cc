#include "services/notification/resources/subscribers/endpoint_rules.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/time/clock.h"
#include "services/notification/channels/webhook/signing.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Property;
using testing::StartsWith;

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
  absl::StatusOr<v1::Endpoint> Move(const std::string& name, const std::string& uri,
                                    const WriteCall& call = AsOperator()) {
    v1::UpdateEndpointRequest request;
    request.mutable_endpoint()->set_name(name);
    request.mutable_endpoint()->mutable_webhook()->set_uri(uri);
    request.mutable_update_mask()->add_paths("webhook.uri");
    return test_.Update(call, request);
  }
  v1::Endpoint Stored(const std::string& name) {
    test_.CatchUp();
    return *test_.interests->FindEndpoint(name);
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
  for (const char* uri : {"https://169.254.169.254/latest/meta-data/", "https://127.0.0.1/",
                          "https://[::1]/", "https://10.0.0.1/", "https://a.inside.example/hook"}) {
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
        std::string("https://hooks.example:65536/"), std::string("https:///hooks.example"),
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

TEST_F(EndpointsTest, NameAnAddressThatIsWrongBesideASecretThatIs) {
  v1::CreateEndpointRequest request = Request("http://hooks.example/");
  request.mutable_endpoint()->mutable_webhook()->set_secret("short");
  EXPECT_THAT(Create(request), HasFieldError("endpoint.webhook.uri"));
  EXPECT_THAT(Create(request), HasFieldError("endpoint.webhook.secret"));
}

TEST_F(EndpointsTest, MayBeTriedAgainWhenTheResolverDoesNotAnswer) {
  EXPECT_THAT(Create(Request("https://slow.example/")),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("try again")));
  EXPECT_THAT(Create(Request("https://unknown.example/")), HasFieldError("endpoint.webhook.uri"));
}

TEST_F(EndpointsTest, AreLookedUpWhenEverythingElseIsRight) {
  int looked = 0;
  test_.look_up = [&](const std::string&, absl::Duration, const AddressCheck::Done& done) {
    ++looked;
    done(absl::OkStatus());
    return absl::OkStatus();
  };
  v1::CreateEndpointRequest request = Request("https://hooks.example/");
  request.set_parent("subscribers/missing");
  EXPECT_THAT(Create(request), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Create(Request("https://hooks.example/#top")), HasFieldError("endpoint.webhook.uri"));
  EXPECT_THAT(test_.Create(As("subscribers/y"), Request("https://hooks.example/")),
              ReasonIs("NOT_ALLOWED"));
  for (int i = 0; i < kMaxEndpoints; ++i) test_.AddWebhook("subscribers/x", absl::StrCat("e", i));
  EXPECT_THAT(Create(Request("https://hooks.example/")), ReasonIs("TOO_MANY_ENDPOINTS"));
  EXPECT_EQ(looked, 0);
}

TEST_F(EndpointsTest, GetANewAddressByAnUpdate) {
  const v1::Endpoint made = test_.AddWebhook("subscribers/x", "crm");
  const auto moved = Move(made.name(), "https://hooks.example/new", As("subscribers/x"));
  ASSERT_THAT(moved, IsOk());
  EXPECT_EQ(moved->webhook().uri(), "https://hooks.example/new");
  EXPECT_EQ(moved->webhook().secret(), "");
  EXPECT_EQ(Stored(made.name()).webhook().uri(), "https://hooks.example/new");
  EXPECT_EQ(Stored(made.name()).webhook().secret(), made.webhook().secret());

  v1::UpdateEndpointRequest whole;  // without a mask, and without what can't be changed
  whole.mutable_endpoint()->set_name(made.name());
  whole.mutable_endpoint()->mutable_webhook()->set_uri("https://hooks.example/third");
  ASSERT_THAT(test_.Update(AsOperator(), whole), IsOk());
  EXPECT_EQ(Stored(made.name()).webhook().uri(), "https://hooks.example/third");
  EXPECT_EQ(Stored(made.name()).webhook().secret(), made.webhook().secret());
}

TEST_F(EndpointsTest, ANewAddressIsCheckedLikeTheFirst) {
  const std::string name = test_.AddWebhook("subscribers/x", "crm").name();
  for (const char* uri : {"", "http://hooks.example/", "https://10.0.0.1/",
                          "https://a.inside.example/", "https://unknown.example/"}) {
    EXPECT_THAT(Move(name, uri), HasFieldError("endpoint.webhook.uri")) << uri;
  }
  EXPECT_THAT(Move(name, "https://slow.example/"), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(Get(name)->webhook().uri(), "https://hooks.example/in");
  EXPECT_THAT(Move("subscribers/x/endpoints/inbox", "https://hooks.example/"),
              ReasonIs("INBOX_IS_BUILT_IN"));
  EXPECT_THAT(Move("subscribers/x/endpoints/gone", "https://hooks.example/"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Move("crm", "https://hooks.example/"), HasFieldError("endpoint.name"));
  EXPECT_THAT(Move(name, "https://hooks.example/", As("subscribers/y")), ReasonIs("NOT_ALLOWED"));
}

TEST_F(EndpointsTest, AnUpdateRefusesWhatItWouldHaveToLeaveAside) {
  const std::string name = test_.AddWebhook("subscribers/x", "crm").name();
  v1::UpdateEndpointRequest request;
  request.mutable_endpoint()->set_name(name);
  request.mutable_endpoint()->mutable_webhook()->set_uri("https://hooks.example/new");
  request.mutable_endpoint()->mutable_webhook()->set_secret(
      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  EXPECT_THAT(test_.Update(AsOperator(), request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("RotateSecret")));
  request.mutable_endpoint()->mutable_webhook()->set_uri("http://hooks.example/new");
  request.mutable_update_mask()->add_paths("webhook.url");
  for (const char* field : {"endpoint.webhook.secret", "endpoint.webhook.uri", "update_mask"}) {
    EXPECT_THAT(test_.Update(AsOperator(), request), HasFieldError(field));
  }
  request.clear_update_mask();
  request.mutable_endpoint()->mutable_inbox();
  EXPECT_THAT(test_.Update(AsOperator(), request), HasFieldError("endpoint.inbox"));
  EXPECT_EQ(Get(name)->webhook().uri(), "https://hooks.example/in");
}

TEST_F(EndpointsTest, WhatIsWrongBesidesTheNameIsNamedWithIt) {
  Endpoints::Rotation rotation = {.secret = "whsec_short", .overlap = google::protobuf::Duration()};
  rotation.overlap->set_seconds(-1);
  const auto rotated = test_.endpoints->RotateSecret(AsOperator(), "crm", "", rotation);
  for (const char* field : {"name", "secret", "overlap"}) {
    EXPECT_THAT(rotated, HasFieldError(field));
  }
  v1::UpdateEndpointRequest update;
  update.mutable_endpoint()->set_name("crm");
  update.mutable_endpoint()->mutable_webhook()->set_uri("https://10.0.0.1/");
  update.mutable_endpoint()->mutable_webhook()->set_secret("whsec_short");
  update.mutable_update_mask()->add_paths("webhook.url");
  for (const char* field :
       {"endpoint.name", "endpoint.webhook.uri", "endpoint.webhook.secret", "update_mask"}) {
    EXPECT_THAT(test_.Update(AsOperator(), update), HasFieldError(field));
  }
}

TEST_F(EndpointsTest, GetANewSecretWhileTheFormerSignsOn) {
  const v1::Endpoint made = test_.AddWebhook("subscribers/x", "crm");
  const auto rotated = test_.endpoints->RotateSecret(As("subscribers/x"), made.name(), "", {});
  ASSERT_THAT(rotated, IsOk());
  ASSERT_TRUE(KeyOf(rotated->webhook().secret()));
  EXPECT_NE(rotated->webhook().secret(), made.webhook().secret());
  EXPECT_EQ(rotated->webhook().previous_secret(), "");
  const absl::Time until = test_.clock.Now() + absl::Hours(24);
  EXPECT_EQ(ToTime(rotated->webhook().previous_secret_expire_time()), until);

  const v1::Webhook stored = Stored(made.name()).webhook();
  EXPECT_EQ(stored.secret(), rotated->webhook().secret());
  EXPECT_EQ(stored.previous_secret(), made.webhook().secret());
  EXPECT_EQ(Get(made.name())->webhook().secret(), "");
  EXPECT_EQ(Get(made.name())->webhook().previous_secret(), "");
  EXPECT_EQ(ToTime(Get(made.name())->webhook().previous_secret_expire_time()), until);
}

TEST_F(EndpointsTest, ThePublicKeysAreAlwaysShownAndThePrivateOnesNever) {
  const v1::Endpoint made = test_.AddWebhook("subscribers/x", "crm");
  const auto rotated = test_.endpoints->RotateSecret(As("subscribers/x"), made.name(), "", {});
  ASSERT_THAT(rotated, IsOk());
  for (const v1::Webhook& shown :
       {made.webhook(), rotated->webhook(), Get(made.name())->webhook()}) {
    EXPECT_THAT(shown.public_key(), StartsWith("whpk_"));
    EXPECT_EQ(shown.private_key(), "");
    EXPECT_EQ(shown.previous_private_key(), "");
  }
  EXPECT_NE(rotated->webhook().public_key(), made.webhook().public_key());
  EXPECT_EQ(rotated->webhook().previous_public_key(), made.webhook().public_key());
  EXPECT_TRUE(SignerOf(Stored(made.name()).webhook().private_key()));
  EXPECT_TRUE(SignerOf(Stored(made.name()).webhook().previous_private_key()));
}

TEST_F(EndpointsTest, ArePausedAndResumedUnlessTheyAreSwitchedOffOrAnInbox) {
  const std::string name = test_.AddWebhook("subscribers/x", "crm").name();
  const auto set = [&](const std::string& of, bool paused) {
    return test_.endpoints->SetPaused(As("subscribers/x"), of, "", paused);
  };
  ASSERT_THAT(set(name, true), IsOk());
  EXPECT_EQ(Get(name)->state(), v1::Endpoint::STATE_PAUSED);
  const absl::Time since = test_.clock.Now();
  test_.clock.Advance(absl::Hours(1));
  ASSERT_THAT(set(name, true), IsOk());
  EXPECT_EQ(ToTime(Get(name)->state_time()), since);
  ASSERT_THAT(set(name, false), IsOk());
  EXPECT_EQ(Get(name)->state(), v1::Endpoint::STATE_ENABLED);
  EXPECT_FALSE(Get(name)->has_state_time());
  ASSERT_THAT(test_.endpoints->Disable(name, "HTTP 410"), IsOk());
  for (const bool paused : {true, false}) {
    EXPECT_THAT(set(name, paused), ReasonIs("ENDPOINT_SWITCHED_OFF"));
    EXPECT_THAT(set("subscribers/x/endpoints/inbox", paused), ReasonIs("INBOX_IS_BUILT_IN"));
  }
  EXPECT_EQ(Get(name)->state(), v1::Endpoint::STATE_DISABLED);
  EXPECT_EQ(ToTime(Get(name)->state_time()), test_.clock.Now());
}

TEST_F(EndpointsTest, ASecretThatLeakedEndsAtOnce) {
  const v1::Endpoint made = test_.AddWebhook("subscribers/x", "crm");
  Endpoints::Rotation rotation = {.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                  .overlap = google::protobuf::Duration()};
  rotation.overlap->set_seconds(3600);
  ASSERT_THAT(test_.endpoints->RotateSecret(AsOperator(), made.name(), "", rotation), IsOk());
  EXPECT_EQ(Stored(made.name()).webhook().previous_secret(), made.webhook().secret());
  EXPECT_THAT(test_.endpoints->RotateSecret(AsOperator(), made.name(), "", rotation),
              HasFieldError("secret"))
      << "it is the present one";
  rotation.secret.clear();
  rotation.overlap->set_seconds(0);
  ASSERT_THAT(test_.endpoints->RotateSecret(AsOperator(), made.name(), "", rotation), IsOk());
  EXPECT_EQ(Stored(made.name()).webhook().previous_secret(), "");
  EXPECT_FALSE(Stored(made.name()).webhook().has_previous_secret_expire_time());
}

TEST_F(EndpointsTest, ARotationNamesEverythingThatIsWrongAndChangesNothing) {
  const v1::Endpoint made = test_.AddWebhook("subscribers/x", "crm");
  Endpoints::Rotation rotation = {.secret = "whsec_" + std::string(32, ' '),
                                  .overlap = google::protobuf::Duration()};
  rotation.overlap->set_seconds(-1);
  const auto rotated = test_.endpoints->RotateSecret(AsOperator(), made.name(), "", rotation);
  EXPECT_THAT(rotated, HasFieldError("secret"));
  EXPECT_THAT(rotated, HasFieldError("overlap"));
  EXPECT_EQ(Stored(made.name()).webhook().secret(), made.webhook().secret());
  const std::string inbox = "subscribers/x/endpoints/inbox";
  EXPECT_THAT(test_.endpoints->RotateSecret(AsOperator(), inbox, "", rotation),
              ReasonIs("INBOX_IS_BUILT_IN"));
  EXPECT_THAT(test_.endpoints->RotateSecret(As("subscribers/y"), inbox, "", rotation),
              ReasonIs("NOT_ALLOWED"));
}

TEST_F(EndpointsTest, OfAllSubscribersAreListedByTheirState) {
  test_.AddSubscriber("y");
  const v1::Endpoint off = test_.AddWebhook("subscribers/y", "old");
  test_.AddWebhook("subscribers/x", "crm");
  ASSERT_THAT(test_.endpoints->Disable(off.name(), "410 Gone"), IsOk());
  const auto list = [&](const char* parent, v1::Endpoint::State state,
                        const WriteCall& call = AsOperator()) {
    return test_.List(*test_.endpoints, call, {.parent = parent, .limit = 10, .state = state});
  };
  const auto name = [](const std::string& n) { return Property(&v1::Endpoint::name, n); };
  EXPECT_THAT(*list("subscribers/-", v1::Endpoint::STATE_DISABLED), ElementsAre(name(off.name())));
  EXPECT_THAT(*list("subscribers/-", v1::Endpoint::STATE_UNSPECIFIED),
              ElementsAre(name("subscribers/x/endpoints/crm"), name(off.name())));
  EXPECT_THAT(*list("subscribers/y", v1::Endpoint::STATE_ENABLED),
              ElementsAre(name("subscribers/y/endpoints/inbox")));
  EXPECT_THAT(list("subscribers/-", v1::Endpoint::STATE_DISABLED, As("subscribers/x")),
              ReasonIs("NOT_ALLOWED"));
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
