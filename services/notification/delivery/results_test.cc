#include "services/notification/delivery/results.h"

#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"

namespace clusterwire::notification {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

config::v1::Delivery Config(const char* text) {
  config::v1::Delivery config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config));
  return config;
}

RetrySchedule TwoPauses() {
  return *RetrySchedule::Create(
      Config("retry_schedule { seconds: 10 } retry_schedule { seconds: 60 } retry_jitter: 0"));
}

TEST(RetryScheduleTest, ByDefaultGoesFromSecondsToADayAndThenGivesUp) {
  SeededRandom random(TestSeed());
  const RetrySchedule schedule;
  const std::vector<absl::Duration> middle = {absl::Seconds(5), absl::Seconds(15), absl::Minutes(1),
                                              absl::Minutes(5), absl::Minutes(30), absl::Hours(2),
                                              absl::Hours(5),   absl::Hours(10),   absl::Hours(14),
                                              absl::Hours(20),  absl::Hours(24)};
  for (size_t i = 0; i < middle.size(); ++i) {
    const std::optional<absl::Duration> pause =
        schedule.PauseAfter(static_cast<int>(i) + 1, random);
    ASSERT_TRUE(pause);
    EXPECT_GE(*pause, middle[i] * 0.9);
    EXPECT_LE(*pause, middle[i] * 1.1);
  }
  EXPECT_EQ(schedule.PauseAfter(12, random), std::nullopt);
}

TEST(RetryScheduleTest, IsWhatTheConfigurationSays) {
  SeededRandom random(1);
  const RetrySchedule schedule = TwoPauses();
  EXPECT_EQ(schedule.PauseAfter(1, random), absl::Seconds(10));
  EXPECT_EQ(schedule.PauseAfter(2, random), absl::Minutes(1));
  EXPECT_EQ(schedule.PauseAfter(3, random), std::nullopt);
}

TEST(RetryScheduleTest, AnOptionOutOfRangeIsNamed) {
  const auto schedule =
      RetrySchedule::Create(Config("retry_schedule { seconds: 10 } retry_schedule { seconds: -1 }"
                                   " retry_jitter: 1.5"));
  EXPECT_THAT(schedule, HasFieldError("delivery.retry_schedule[1]"));
  EXPECT_THAT(schedule, HasFieldError("delivery.retry_jitter"));
}

class DeliveryResultTest : public testing::Test {
 protected:
  DeliveryResult Of(const Outcome& outcome, int attempts_before = 0) {
    return Of(outcome, {.name = "deliveries/1", .attempts = attempts_before});
  }
  DeliveryResult Of(const Outcome& outcome, const PendingDelivery& delivery) {
    const Try done = {.begun = kStart,
                      .ended = kStart + absl::Milliseconds(120),
                      .took = absl::Milliseconds(120)};
    return ResultOf(delivery, outcome, done, TwoPauses(), random_);
  }
  SeededRandom random_{1};
};

TEST_F(DeliveryResultTest, AServerOfOursThatIsAwayIsNobodysFaultAndUsesUpNoTry) {
  const Wait away{.at_least = absl::Minutes(1), .ours = true, .server = true};
  DeliveryResult result = Of(away);
  EXPECT_EQ(result.state, v1::Delivery::STATE_PENDING);
  EXPECT_TRUE(result.server_away && result.uncounted);
  EXPECT_EQ(result.health, EndpointHealth::kUnknown);
  EXPECT_EQ(result.rest, absl::Minutes(1));
  EXPECT_EQ(result.pause, result.rest);
  result = Of(Wait{.ours = true, .server = true});
  EXPECT_EQ(result.pause, absl::Seconds(10));
  EXPECT_EQ(Of(Wait{.ours = true, .server = true}, 2).pause, absl::Seconds(30));
  EXPECT_EQ(Of(Wait{.ours = true, .server = true}, 90).pause, absl::Minutes(10));
  // For half a day; then the schedule counts.
  EXPECT_FALSE(Of(away, 100).uncounted);
  EXPECT_EQ(Of(away, 200).state, v1::Delivery::STATE_DEAD);
}

TEST_F(DeliveryResultTest, ABounceIsToldOn) {
  EXPECT_EQ(Of(Dead{.ours = true, .bounce = Bounce::kHard}).bounce, Bounce::kHard);
  EXPECT_EQ(Of(Wait{.ours = true, .bounce = Bounce::kSoft}).bounce, Bounce::kSoft);
  EXPECT_EQ(Of(Done{}).bounce, Bounce::kNone);
}

TEST_F(DeliveryResultTest, SuccessIsDelivered) {
  const DeliveryResult result = Of(Done{.http_status = 200, .receipt = "tak\n\xc3\xbc"});
  EXPECT_EQ(result.state, v1::Delivery::STATE_DELIVERED);
  ASSERT_TRUE(result.attempt);
  EXPECT_EQ(result.attempt->outcome(), "delivered");
  EXPECT_EQ(result.attempt->number(), 1);
  EXPECT_EQ(result.attempt->duration_ms(), 120);
  EXPECT_EQ(result.attempt->detail(), "tak \u00fc");
}

TEST_F(DeliveryResultTest, AFailureWaitsForTheSchedule) {
  const DeliveryResult result = Of(Wait{.reason = "HTTP 500", .http_status = 500}, 1);
  EXPECT_EQ(result.state, v1::Delivery::STATE_PENDING);
  EXPECT_EQ(result.pause, absl::Minutes(1));
  EXPECT_EQ(result.attempt->outcome(), "retry");
  EXPECT_EQ(result.attempt->number(), 2);
  EXPECT_EQ(result.reason, "HTTP 500");
}

TEST_F(DeliveryResultTest, RetryAfterIsObeyedWhenItIsLater) {
  EXPECT_EQ(Of(Wait{.at_least = absl::Hours(1)}).pause, absl::Hours(1));
  EXPECT_EQ(Of(Wait{.at_least = absl::Seconds(1)}).pause, absl::Seconds(10));
}

TEST_F(DeliveryResultTest, OfRetryAfterADayIsObeyed) {
  EXPECT_EQ(Of(Wait{.at_least = absl::Hours(365 * 24)}).pause, absl::Hours(24));
}

TEST_F(DeliveryResultTest, RetryAfterRestsTheEndpointOnlyWhereItSpeaksForIt) {
  const absl::Duration later = absl::Hours(1);
  EXPECT_EQ(Of(Wait{.at_least = later}).rest, absl::ZeroDuration());
  EXPECT_EQ(Of(Wait{.at_least = later, .rests_endpoint = true}).rest, absl::Hours(1));
}

TEST_F(DeliveryResultTest, WhatIsRefusedForTheEventsFaultIsDeadAndNoFailureOfTheEndpoint) {
  const DeliveryResult result = Of(Dead{.reason = "HTTP 422", .http_status = 422, .refused = true});
  EXPECT_EQ(result.state, v1::Delivery::STATE_DEAD);
  EXPECT_EQ(result.health, EndpointHealth::kRefused);
  EXPECT_EQ(Of(Dead{.reason = "HTTP 410", .http_status = 410}).health, EndpointHealth::kBad);
}

TEST_F(DeliveryResultTest, WhatWasBroughtBackHasAllItsTriesAnew) {
  const PendingDelivery delivery{.name = "deliveries/1", .attempts = 3, .tries_before = 3};
  const DeliveryResult result = Of(Wait{.reason = "HTTP 500"}, delivery);
  EXPECT_EQ(result.state, v1::Delivery::STATE_PENDING);
  EXPECT_EQ(result.pause, absl::Seconds(10));
  EXPECT_EQ(result.attempt->number(), 4);
}

TEST_F(DeliveryResultTest, ATryAtOnceIsNotCountedByTheScheduleAFewTimes) {
  const Wait stale{.reason = "STALE_CONNECTION", .ours = true, .at_once = true};
  PendingDelivery delivery{.name = "deliveries/1", .attempts = 2};
  const DeliveryResult result = Of(stale, delivery);
  EXPECT_EQ(result.state, v1::Delivery::STATE_PENDING);
  EXPECT_EQ(result.pause, absl::ZeroDuration());
  EXPECT_TRUE(result.uncounted);
  EXPECT_EQ(result.attempt->outcome(), "retry");
  EXPECT_EQ(result.health, EndpointHealth::kUnknown);
  delivery = {.name = "deliveries/1", .attempts = 3, .tries_before = 3, .at_once = 3};
  EXPECT_EQ(Of(stale, delivery).pause, absl::Seconds(10));
  EXPECT_FALSE(Of(stale, delivery).uncounted);
}

TEST_F(DeliveryResultTest, AfterTheScheduleItIsGivenUp) {
  const DeliveryResult result = Of(Wait{.reason = "HTTP 500", .http_status = 500}, 2);
  EXPECT_EQ(result.state, v1::Delivery::STATE_DEAD);
  EXPECT_EQ(result.reason, "given up after 3 tries: HTTP 500");
  EXPECT_EQ(result.attempt->outcome(), "dead");
}

TEST_F(DeliveryResultTest, DeadIsDeadAtOnce) {
  const DeliveryResult result = Of(Dead{.reason = "HTTP 410", .http_status = 410});
  EXPECT_EQ(result.state, v1::Delivery::STATE_DEAD);
  EXPECT_EQ(result.attempt->http_status(), 410);
}

}  // namespace
}  // namespace clusterwire::notification
