#include "libs/service/findings.h"

#include <atomic>
#include <semaphore>

#include <gmock/gmock.h>

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
      client, "t", absl::Milliseconds(200),
      [](const kafka::TopicDescription&) { return Fine("topic", ""); }, &findings);
  ASSERT_EQ(findings.size(), 2);
  EXPECT_EQ(findings[0].severity(), Finding::SEVERITY_ERROR);
  EXPECT_THAT(findings[0].remedy(), HasSubstr("127.0.0.1:1"));
  EXPECT_EQ(findings[1].part(), "topic");
  EXPECT_EQ(findings[1].severity(), Finding::SEVERITY_ERROR);
}

TEST(WatchFindingsTest, WhatIsWrongIsLoggedWhenItChangesAndNotEachTime) {
  FakeClock clock;
  std::atomic<int> lines = 0;
  telemetry::LogRedirect redirect([&](std::string_view) { ++lines; });
  std::counting_semaphore<10> looked(0);
  std::atomic<bool> broken = true;
  WatchFindings watch(
      [&] {
        Findings findings;
        if (broken) *findings.Add() = Broken("database", absl::InternalError("away"), "start it");
        looked.release();
        return findings;
      },
      clock);
  looked.acquire();
  clock.Advance(absl::Minutes(1));
  looked.acquire();
  broken = false;
  clock.Advance(absl::Minutes(1));
  looked.acquire();
  clock.Advance(absl::Minutes(1));
  looked.acquire();
  // Said once that it is broken, once that nothing is wrong any more.
  EXPECT_EQ(lines, 2);
}

}  // namespace
}  // namespace clusterwire::service
