#include "libs/service/findings.h"

#include <atomic>
#include <chrono>
#include <semaphore>

#include <gmock/gmock.h>

#include "libs/base/testing/eventually.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/telemetry/log.h"

namespace clusterwire::service {
namespace {

using ::testing::HasSubstr;

TEST(FindingsTest, WhatNeedsAttentionComesFirstAndTheRestKeepsItsOrder) {
  Findings findings;
  *findings.Add() = Fine("database", "");
  *findings.Add() = Fine("kafka", "");
  *findings.Add() = Broken("topic", absl::NotFoundError("no topic"), "make it");
  SortFindings(&findings);
  EXPECT_EQ(findings[0].part(), "topic");
  EXPECT_EQ(findings[1].part(), "database");
  EXPECT_EQ(findings[2].part(), "kafka");
}

TEST(FindingsTest, ABrokerThatDoesNotAnswerIsSaidWithItsAddressAndHidesTheTopic) {
  Findings findings;
  kafka::ClientOptions client;
  client.brokers = "127.0.0.1:1";
  LookAtKafka(
      client, "t", absl::Milliseconds(500),
      [](const kafka::TopicDescription&) { return Fine("topic", ""); }, &findings);
  ASSERT_EQ(findings.size(), 2);
  EXPECT_EQ(findings[0].severity(), Finding::SEVERITY_ERROR);
  EXPECT_THAT(findings[0].remedy(), HasSubstr("127.0.0.1:1"));
  EXPECT_THAT(findings[0].finding(), HasSubstr("Connection refused")) << "why, too";
  EXPECT_EQ(findings[1].part(), "topic");
  EXPECT_EQ(findings[1].severity(), Finding::SEVERITY_ERROR);
}

TEST(WatchFindingsTest, WhatIsWrongIsLoggedWhenItChangesAndNotEachTime) {
  FakeClock clock;
  std::atomic<int> lines = 0;
  telemetry::LogRedirect redirect([&](std::string_view) { ++lines; });
  std::counting_semaphore<1000> looked(0);
  std::atomic<bool> broken = true;
  WatchFindings watch(
      [&] {
        Findings findings;
        if (broken) *findings.Add() = Broken("database", absl::InternalError("away"), "start it");
        looked.release();
        return findings;
      },
      {}, clock);
  // The watcher works out when to look again after it has looked: go on until it has.
  const auto look_again = [&] {
    while (!looked.try_acquire_for(std::chrono::milliseconds(5))) clock.Advance(absl::Minutes(1));
  };
  looked.acquire();
  look_again();
  broken = false;
  look_again();
  look_again();
  look_again();
  // Said once that it is broken, once that nothing is wrong any more.
  EXPECT_EQ(lines, 2);
}

TEST(WatchFindingsTest, ItIsSettledOnceWhatIsNeededWasFoundAndStaysSo) {
  FakeClock clock;
  std::atomic<int> looks = 0;
  std::atomic<bool> topic = false;
  WatchFindings watch(
      [&] {
        Findings findings;
        *findings.Add() = Broken("ledger", absl::InternalError("out of balance"), "");
        if (!topic) *findings.Add() = Broken("topic", absl::NotFoundError("no topic"), "make it");
        ++looks;
        return findings;
      },
      {"topic"}, clock);
  const auto look_again = [&](int times) {
    return Eventually([&, until = looks + times] {
      clock.Advance(absl::Minutes(1));
      return looks >= until;
    });
  };
  ASSERT_TRUE(look_again(3));
  EXPECT_FALSE(watch.settled());
  topic = true;
  ASSERT_TRUE(look_again(2));
  EXPECT_TRUE(watch.settled());
  topic = false;
  ASSERT_TRUE(look_again(2));
  EXPECT_TRUE(watch.settled());
}

}  // namespace
}  // namespace clusterwire::service
