#include "services/notification/channels/endpoint_tester.h"

#include <atomic>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/json.h"
#include "libs/base/testing/awaited.h"
#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/http/testing/receiver.h"
#include "services/notification/channels/webhook/signing.h"
#include "services/notification/channels/webhook/webhook_channel.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kName[] = "subscribers/x/endpoints/crm";

http::Client::Options AllowLoopback() {
  auto guard = http::AddressGuard::Create({.allowed = {"127.0.0.0/8"}, .allow_http = true});
  EXPECT_THAT(guard, IsOk());
  return {.guard = *std::move(guard)};
}

class EndpointTesterTest : public testing::Test {
 protected:
  EndpointTesterTest() {
    channels_[v1::Endpoint::kWebhook] =
        std::make_unique<WebhookChannel>(client_, Clock::System(), test_.random);
    test_.AddSubscriber("x");
  }
  // An endpoint as it was never let in by this release.
  v1::Endpoint Put(const std::string& uri, const std::string& secret = "") {
    v1::Endpoint endpoint = test_.AddWebhook("subscribers/x", "crm");
    endpoint.mutable_webhook()->set_private_key(MakeKeyPair(test_.random).private_key);
    endpoint.mutable_webhook()->set_uri(uri);
    if (!secret.empty()) endpoint.mutable_webhook()->set_secret(secret);
    const auto put = [&](store::Writer& writer) {
      return writer.Put(endpoint, "endpoint.updated");
    };
    EXPECT_THAT(test_.store->Write({}, put), IsOk());
    return endpoint;
  }
  absl::StatusOr<v1::TestEndpointResponse> Test(const WriteCall& call,
                                                const std::string& name = kName) {
    Awaited<absl::StatusOr<v1::TestEndpointResponse>> answer;
    const absl::Status started = tester_.Start(
        Reading(call), name, Clock::System().Now() + absl::Seconds(20), answer.Callback());
    if (!started.ok()) return started;
    return answer.Get();
  }

  TestStore test_;
  http::Client client_{AllowLoopback(), Clock::System()};
  Channels channels_;
  EndpointTester tester_{absl::Seconds(20),
                         {.store = *test_.store,
                          .channels = channels_,
                          .addresses = *test_.addresses,
                          .clock = Clock::System(),
                          .random = test_.random}};
};

TEST_F(EndpointTesterTest, SendsOneSignedNoticeAndSaysThatItWasAccepted) {
  http::Receiver receiver([](const http::Receiver::Seen&) {
    return http::Receiver::Answer{.status = 202, .body = "danke, größe ok\n"};
  });
  const v1::Endpoint endpoint = Put(receiver.url("/hook"));
  const auto response = Test(As("subscribers/x"));
  ASSERT_THAT(response, IsOk());
  EXPECT_TRUE(response->accepted());
  EXPECT_EQ(response->http_status(), 202);
  EXPECT_EQ(response->detail(), "danke, größe ok");

  ASSERT_EQ(receiver.seen().size(), 1u);
  const http::Receiver::Seen seen = receiver.seen()[0];
  EXPECT_EQ(seen.headers.at("webhook-id"), response->webhook_id());
  int64_t seconds = 0;
  ASSERT_TRUE(absl::SimpleAtoi(seen.headers.at("webhook-timestamp"), &seconds));
  const SigningKeys keys = {.v1 = {*KeyOf(endpoint.webhook().secret())}};
  EXPECT_THAT(seen.headers.at("webhook-signature"),
              StartsWith(WebhookSignature(keys, response->webhook_id(),
                                          absl::FromUnixSeconds(seconds), seen.body) +
                         " v1a,"));
  const auto event = nlohmann::json::parse(seen.body);
  EXPECT_EQ(event["type"], "clusterwire.notice.test.v1");
  EXPECT_EQ(event["id"], response->webhook_id());
  EXPECT_EQ(event["subject"], kName);
  EXPECT_THAT(event["data"]["text"].get<std::string>(), HasSubstr("test"));
}

TEST_F(EndpointTesterTest, ATestIsInTheLanguageThatTheSubscriberReads) {
  http::Receiver receiver([](const http::Receiver::Seen&) { return http::Receiver::Answer{}; });
  Put(receiver.url("/hook"));
  const auto speaks_german = [](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(v1::Subscriber owner, writer.Get<v1::Subscriber>("subscribers/x"));
    owner.set_language("de-AT");
    return writer.Put(owner, "subscriber.updated");
  };
  ASSERT_THAT(test_.store->Write({}, speaks_german), IsOk());
  ASSERT_THAT(Test(As("subscribers/x")), IsOk());
  ASSERT_EQ(receiver.seen().size(), 1u);
  const auto event = nlohmann::json::parse(receiver.seen()[0].body);
  EXPECT_EQ(event["data"]["title"], "Ein Test dieses Webhooks");
  EXPECT_EQ(event["data"]["language"], "de");
}

TEST_F(EndpointTesterTest, SaysWhatAReceiverAnsweredThatDidntAccept) {
  http::Receiver receiver([](const http::Receiver::Seen&) {
    return http::Receiver::Answer{.status = 422, .body = "no such list"};
  });
  Put(receiver.url());
  const auto response = Test(AsOperator());
  ASSERT_THAT(response, IsOk());
  EXPECT_FALSE(response->accepted());
  EXPECT_EQ(response->http_status(), 422);
  EXPECT_EQ(response->detail(), "HTTP 422: no such list");
}

TEST_F(EndpointTesterTest, ARedirectNamesTheNewAddressAndUpdateEndpoint) {
  http::Receiver receiver([](const http::Receiver::Seen&) {
    return http::Receiver::Answer{.status = 301, .headers = {{"Location", "https://new.example/"}}};
  });
  Put(receiver.url());
  const auto response = Test(AsOperator());
  ASSERT_THAT(response, IsOk());
  EXPECT_THAT(response->detail(),
              testing::AllOf(HasSubstr("https://new.example/"), HasSubstr("UpdateEndpoint")));
}

TEST_F(EndpointTesterTest, TellsNoStrangerWhatANameLeadsToInside) {
  Put("https://db.inside.example/");
  const auto inside = Test(As("subscribers/x"));
  ASSERT_THAT(inside, IsOk());
  EXPECT_FALSE(inside->accepted());
  EXPECT_THAT(inside->detail(), Not(HasSubstr("10.1.2.3")));
  EXPECT_THAT(Test(AsOperator())->detail(), HasSubstr("10.1.2.3"));
}

TEST_F(EndpointTesterTest, SaysWhenTheSecretCantSign) {
  http::Receiver receiver;
  Put(receiver.url(), "whsec_" + std::string(32, ' '));
  const auto response = Test(AsOperator());
  ASSERT_THAT(response, IsOk());
  EXPECT_THAT(response->detail(), HasSubstr("RotateSecret"));
  EXPECT_TRUE(receiver.seen().empty());
}

TEST_F(EndpointTesterTest, IsForTheSubscribersOwnReceivers) {
  EXPECT_THAT(Test(AsOperator(), "subscribers/x/endpoints/inbox"), ReasonIs("INBOX_IS_BUILT_IN"));
  EXPECT_THAT(Test(AsOperator(), "subscribers/x/endpoints/gone"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Test(AsOperator(), "crm"), HasFieldError("name"));
  EXPECT_THAT(Test(As("subscribers/y")), ReasonIs("NOT_ALLOWED"));
}

TEST_F(EndpointTesterTest, OneSubscriberTestsFewAtOnce) {
  http::Receiver receiver(
      [](const http::Receiver::Seen&) { return http::Receiver::Answer{.hold = true}; });
  Put(receiver.url());
  std::atomic<int> done = 0;
  const auto start = [&] {
    return tester_.Start(Reading(AsOperator()), kName, absl::InfiniteFuture(),
                         [&](const absl::StatusOr<v1::TestEndpointResponse>&) { ++done; });
  };
  for (int i = 0; i < AddressCheck::kMostOfOne; ++i) EXPECT_THAT(start(), IsOk());
  EXPECT_THAT(start(), ReasonIs("TOO_MANY_LOOKUPS"));
  receiver.Release();
  EXPECT_TRUE(Eventually([&] { return done == AddressCheck::kMostOfOne; }));
}

}  // namespace
}  // namespace clusterwire::notification
