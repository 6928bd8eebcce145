#include "services/notification/channels/webhook/webhook_channel.h"

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/awaited.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "libs/http/testing/receiver.h"
#include "services/notification/channels/testing/jobs.h"
#include "services/notification/channels/webhook/signing.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;
using testing::VariantWith;

constexpr absl::Duration kPatience = absl::Seconds(20);

http::Client::Options AllowLoopback() {
  auto guard = http::AddressGuard::Create({.allowed = {"127.0.0.0/8"}, .allow_http = true});
  EXPECT_THAT(guard, IsOk());
  return {.guard = *std::move(guard)};
}

class WebhookTest : public testing::Test {
 protected:
  // Sends the job and gives what came of it.
  Outcome Send(const Job& job, absl::Duration limit = kPatience) {
    Awaited<Outcome> outcome;
    channel_.Send(std::make_shared<const Job>(job), Clock::System().Uptime() + limit,
                  outcome.Callback());
    return outcome.Get();
  }
  Outcome SendTo(http::Receiver::Answer answer) {
    http::Receiver receiver([&](const http::Receiver::Seen&) { return answer; });
    return Send(LabelAwardedJob(receiver.url("/hook")));
  }

  SeededRandom random_{1};
  http::Client client_{AllowLoopback(), Clock::System()};
  WebhookChannel channel_{client_, Clock::System(), random_};
};

TEST_F(WebhookTest, PostsASignedCloudEvent) {
  http::Receiver receiver;
  const Job job = LabelAwardedJob(receiver.url("/hook?x=1"));
  EXPECT_THAT(Send(job), VariantWith<Done>(testing::Field(&Done::http_status, 200)));
  ASSERT_EQ(receiver.seen().size(), 1u);
  const http::Receiver::Seen seen = receiver.seen()[0];
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.path, "/hook?x=1");
  EXPECT_THAT(seen.headers.at("content-type"), HasSubstr("application/cloudevents+json"));
  EXPECT_EQ(seen.headers.at("webhook-id"), job.delivery.name);
  int64_t seconds = 0;
  ASSERT_TRUE(absl::SimpleAtoi(seen.headers.at("webhook-timestamp"), &seconds));
  EXPECT_EQ(seen.headers.at("webhook-signature"),
            WebhookSignature({.v1 = {*KeyOf(kTestSecret)}}, job.delivery.name,
                             absl::FromUnixSeconds(seconds), seen.body));
  const std::string& traceparent = seen.headers.at("traceparent");
  EXPECT_THAT(traceparent, testing::StartsWith("00-0af7651916cd43dd8448eb211c80319c-"));
  EXPECT_NE(traceparent, job.record->trace);  // a span of its own
}

TEST_F(WebhookTest, ARepeatedTrySendsTheSameBytesUnderTheSameId) {
  http::Receiver receiver;
  const Job job = LabelAwardedJob(receiver.url());
  Send(job);
  Send(job);
  ASSERT_EQ(receiver.seen().size(), 2u);
  EXPECT_EQ(receiver.seen()[0].body, receiver.seen()[1].body);
  EXPECT_EQ(receiver.seen()[0].headers.at("webhook-id"),
            receiver.seen()[1].headers.at("webhook-id"));
}

TEST_F(WebhookTest, AnyTwoHundredIsSuccess) {
  EXPECT_THAT(SendTo({.status = 204}), VariantWith<Done>(testing::Field(&Done::http_status, 204)));
}

TEST_F(WebhookTest, ARedirectIsAFailureAndIsNotFollowed) {
  http::Receiver elsewhere;
  const Outcome outcome = SendTo({.status = 302, .headers = {{"Location", elsewhere.url()}}});
  ASSERT_TRUE(std::holds_alternative<Wait>(outcome));
  EXPECT_EQ(std::get<Wait>(outcome).http_status, 302);
  EXPECT_THAT(std::get<Wait>(outcome).reason,
              testing::AllOf(HasSubstr(elsewhere.url()), HasSubstr("UpdateEndpoint")));
  EXPECT_TRUE(elsewhere.seen().empty());
}

TEST_F(WebhookTest, WhatIsTheEventsFaultIsDeadAndHeldAgainstNobody) {
  for (const int status : {400, 413, 415, 422}) {
    const Outcome outcome = SendTo({.status = status, .headers = {{"Retry-After", "3600"}}});
    ASSERT_TRUE(std::holds_alternative<Dead>(outcome)) << status;
    EXPECT_TRUE(std::get<Dead>(outcome).refused) << status;
    EXPECT_FALSE(std::get<Dead>(outcome).disable_endpoint) << status;
    EXPECT_EQ(std::get<Dead>(outcome).http_status, status);
  }
}

TEST_F(WebhookTest, EveryOtherFourHundredIsTriedAgain) {
  for (const int status : {401, 402, 403, 404, 405, 406, 408, 409, 411, 412, 414, 421, 423, 451}) {
    EXPECT_THAT(SendTo({.status = status}),
                VariantWith<Wait>(testing::AllOf(testing::Field(&Wait::http_status, status),
                                                 testing::Field(&Wait::ours, false))));
  }
}

TEST_F(WebhookTest, GoneSwitchesTheEndpointOff) {
  const Outcome outcome = SendTo({.status = 410});
  ASSERT_TRUE(std::holds_alternative<Dead>(outcome));
  EXPECT_TRUE(std::get<Dead>(outcome).disable_endpoint);
}

TEST_F(WebhookTest, RetryAfterIsObeyedWhateverTheFailure) {
  for (const int status : {408, 429, 500, 503}) {
    const Outcome outcome = SendTo({.status = status, .headers = {{"Retry-After", "120"}}});
    ASSERT_TRUE(std::holds_alternative<Wait>(outcome)) << status;
    EXPECT_EQ(std::get<Wait>(outcome).at_least, absl::Seconds(120)) << status;
    // Overload is said of all requests, any other failure of this one.
    EXPECT_EQ(std::get<Wait>(outcome).rests_endpoint, status == 429 || status == 503) << status;
  }
}

TEST_F(WebhookTest, AReceiverThatDawdlesIsGivenUpInTime) {
  http::Receiver receiver(
      [](const http::Receiver::Seen&) { return http::Receiver::Answer{.hold = true}; });
  const Outcome outcome = Send(LabelAwardedJob(receiver.url()), absl::Milliseconds(200));
  ASSERT_TRUE(std::holds_alternative<Wait>(outcome));
  EXPECT_THAT(std::get<Wait>(outcome).reason, HasSubstr("TIMEOUT"));
  EXPECT_EQ(std::get<Wait>(outcome).http_status, 0);
}

TEST_F(WebhookTest, WhatTheReceiverAnsweredIsKeptForFailuresToo) {
  const std::string body = "Größe fehlt\xff\n" + std::string(1000, 'x');
  const std::string kept = "Größe fehlt\ufffd " + std::string(500, 'x');
  for (const int status : {422, 500, 410}) {
    const Outcome outcome = SendTo({.status = status, .body = body});
    const std::string reason = std::holds_alternative<Dead>(outcome)
                                   ? std::get<Dead>(outcome).reason
                                   : std::get<Wait>(outcome).reason;
    EXPECT_THAT(reason, testing::StartsWith(absl::StrCat("HTTP ", status, ": ")));
    EXPECT_THAT(reason, HasSubstr(kept.substr(0, 400)));
    EXPECT_LE(reason.size(), 600u);
  }
  const Outcome done = SendTo({.status = 200, .body = body});
  EXPECT_EQ(std::get<Done>(done).receipt, ReadableUtf8(body, 500));
}

TEST_F(WebhookTest, AStatusThatCameCountsThoughTheAnswerBreaksOff) {
  EXPECT_THAT(SendTo({.status = 200, .body = "ok", .withheld = 100}),
              VariantWith<Done>(testing::Field(&Done::receipt, "ok")));
  EXPECT_THAT(SendTo({.status = 503, .body = "busy", .withheld = 100}),
              VariantWith<Wait>(testing::Field(&Wait::reason, "HTTP 503: busy")));
}

TEST_F(WebhookTest,
       AReusedConnectionThatDiesUnansweredIsTriedAgainAtOnceAndIsNotTheReceiversFault) {
  std::atomic<bool> dying = false;
  http::Receiver receiver(
      [&](const http::Receiver::Seen&) { return http::Receiver::Answer{.close_at_once = dying}; });
  const Job job = LabelAwardedJob(receiver.url());
  EXPECT_TRUE(std::holds_alternative<Done>(Send(job)));
  dying = true;
  const Outcome outcome = Send(job);
  ASSERT_TRUE(std::holds_alternative<Wait>(outcome));
  EXPECT_TRUE(std::get<Wait>(outcome).ours);
  EXPECT_TRUE(std::get<Wait>(outcome).at_once);
  EXPECT_EQ(receiver.seen().size(), 2u) << "one try, one POST";
  const Outcome fresh = Send(job);
  ASSERT_TRUE(std::holds_alternative<Wait>(fresh));
  EXPECT_FALSE(std::get<Wait>(fresh).ours);
}

TEST_F(WebhookTest, InTheOverlapOfARotationBothSecretsAndBothPrivateKeysSign) {
  const KeyPair former = MakeKeyPair(random_);
  const KeyPair present = MakeKeyPair(random_);
  constexpr char kFormer[] = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  http::Receiver receiver;
  Job job = LabelAwardedJob(receiver.url());
  const auto signatures = [&](absl::Duration left) {
    auto endpoint = std::make_shared<v1::Endpoint>(*job.endpoint);
    v1::Webhook& webhook = *endpoint->mutable_webhook();
    webhook.set_previous_secret(kFormer);
    webhook.set_private_key(present.private_key);
    webhook.set_previous_private_key(former.private_key);
    *webhook.mutable_previous_secret_expire_time() = ToTimestamp(Clock::System().Now() + left);
    job.endpoint = endpoint;
    EXPECT_TRUE(std::holds_alternative<Done>(Send(job)));
    const http::Receiver::Seen seen = receiver.seen().back();
    int64_t seconds = 0;
    EXPECT_TRUE(absl::SimpleAtoi(seen.headers.at("webhook-timestamp"), &seconds));
    std::vector<std::string> made;
    SigningKeys keys = {.v1 = {*KeyOf(kTestSecret), *KeyOf(kFormer)},
                        .v1a = {*SignerOf(present.private_key), *SignerOf(former.private_key)}};
    for (int i = 0; i < 2; ++i) {
      made.push_back(
          WebhookSignature(keys, job.delivery.name, absl::FromUnixSeconds(seconds), seen.body));
      keys = {.v1 = {keys.v1[0]}, .v1a = {keys.v1a[0]}};
    }
    return std::pair(seen.headers.at("webhook-signature"), made);
  };
  const auto [both, made] = signatures(absl::Hours(1));
  EXPECT_EQ(both, made[0]);
  const auto [one, made_later] = signatures(-absl::Seconds(1));
  EXPECT_EQ(one, made_later[1]);
}

TEST_F(WebhookTest, ABrokenConnectionIsTriedAgain) {
  EXPECT_TRUE(std::holds_alternative<Wait>(SendTo({.close_at_once = true})));
}

TEST_F(WebhookTest, AnAddressThatMayNotBeReachedIsDeadAtOnce) {
  const Outcome outcome = Send(LabelAwardedJob("http://169.254.169.254/latest/meta-data"));
  ASSERT_TRUE(std::holds_alternative<Dead>(outcome));
  EXPECT_THAT(std::get<Dead>(outcome).reason, HasSubstr("ADDRESS_REFUSED"));
  EXPECT_FALSE(std::get<Dead>(outcome).disable_endpoint);
}

// Its owner may let it stand for any other name, to learn which there are inside and where they
// lead.
TEST_F(WebhookTest, WhereANameLeadsInsideIsNotToldNorWhetherItIsThere) {
  http::Client strict({.guard = *http::AddressGuard::Create({.allowed = {}, .allow_http = true})},
                      Clock::System());
  WebhookChannel channel(strict, Clock::System(), random_);
  std::vector<std::string> told;
  for (const char* uri : {"http://localhost:9/", "http://unknown.invalid:9/"}) {
    Awaited<Outcome> outcome;
    channel.Send(std::make_shared<const Job>(LabelAwardedJob(uri)),
                 Clock::System().Uptime() + kPatience, outcome.Callback());
    const Outcome ended = outcome.Get();
    ASSERT_TRUE(std::holds_alternative<Wait>(ended)) << uri;
    told.push_back(std::get<Wait>(ended).reason);
  }
  EXPECT_THAT(told[0], testing::StartsWith("NO_ADDRESS"));
  EXPECT_EQ(told[0], told[1]);
}

TEST_F(WebhookTest, ASecretThatCantSignIsDeadAndNothingIsSent) {
  http::Receiver receiver;
  Job job = LabelAwardedJob(receiver.url());
  auto endpoint = std::make_shared<v1::Endpoint>(*job.endpoint);
  endpoint->mutable_webhook()->set_secret("whsec_short");
  job.endpoint = endpoint;
  const Outcome outcome = Send(job);
  EXPECT_THAT(outcome, VariantWith<Dead>(testing::Field(&Dead::ours, true)));
  EXPECT_THAT(std::get<Dead>(outcome).reason, HasSubstr("RotateSecret"));
  EXPECT_TRUE(receiver.seen().empty());
}

TEST_F(WebhookTest, WhatCantBeBegunForTimeOrRoomIsTriedAgainAndNobodysFault) {
  http::Receiver receiver(
      [](const http::Receiver::Seen&) { return http::Receiver::Answer{.hold = true}; });
  const Job job = LabelAwardedJob(receiver.url());
  const Outcome late = Send(job, -absl::Seconds(1));
  ASSERT_TRUE(std::holds_alternative<Wait>(late));
  EXPECT_TRUE(std::get<Wait>(late).ours);
  EXPECT_THAT(std::get<Wait>(late).reason, HasSubstr("TIMEOUT"));

  auto options = AllowLoopback();
  options.in_flight_limit = 1;
  http::Client small(options, Clock::System());
  WebhookChannel channel(small, Clock::System(), random_);
  const absl::Duration deadline = Clock::System().Uptime() + kPatience;
  Awaited<Outcome> first;
  Awaited<Outcome> second;
  channel.Send(std::make_shared<const Job>(job), deadline, first.Callback());
  channel.Send(std::make_shared<const Job>(job), deadline, second.Callback());
  const Outcome refused = second.Get();
  ASSERT_TRUE(std::holds_alternative<Wait>(refused));
  EXPECT_TRUE(std::get<Wait>(refused).ours);
  EXPECT_THAT(std::get<Wait>(refused).reason, HasSubstr("TOO_MANY_REQUESTS"));
}

// The clock of the machine is set, by hours, before a try is begun or while it is under way.
class WebhookLeapTest : public testing::TestWithParam<absl::Duration> {
 protected:
  Outcome Send(const Job& job, absl::Duration deadline) {
    Awaited<Outcome> outcome;
    channel_.Send(std::make_shared<const Job>(job), deadline, outcome.Callback());
    return outcome.Get();
  }
  void Leap() { clock_.Set(clock_.Now() + GetParam()); }

  FakeClock clock_;
  SeededRandom random_{1};
  http::Client client_{AllowLoopback(), clock_};
  WebhookChannel channel_{client_, clock_, random_};
};
INSTANTIATE_TEST_SUITE_P(SixHours, WebhookLeapTest,
                         testing::Values(absl::Hours(6), -absl::Hours(6)));

TEST_P(WebhookLeapTest, ATryWaitsNoShorterAndNoLonger) {
  http::Receiver receiver;
  const absl::Duration deadline = clock_.Uptime() + kPatience;
  Leap();
  EXPECT_TRUE(std::holds_alternative<Done>(Send(LabelAwardedJob(receiver.url()), deadline)));

  http::Receiver leaping([this](const http::Receiver::Seen&) {
    Leap();
    return http::Receiver::Answer{};
  });
  EXPECT_TRUE(std::holds_alternative<Done>(
      Send(LabelAwardedJob(leaping.url()), clock_.Uptime() + kPatience)));
  EXPECT_EQ(leaping.seen().size(), 1u);

  http::Receiver resting([this](const http::Receiver::Seen&) {
    Leap();
    return http::Receiver::Answer{.status = 503, .headers = {{"Retry-After", "120"}}};
  });
  const Outcome rest = Send(LabelAwardedJob(resting.url()), clock_.Uptime() + kPatience);
  ASSERT_TRUE(std::holds_alternative<Wait>(rest));
  EXPECT_EQ(std::get<Wait>(rest).at_least, absl::Seconds(120));
}

}  // namespace
}  // namespace clusterwire::notification
