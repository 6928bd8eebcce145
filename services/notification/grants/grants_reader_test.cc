#include "services/notification/grants/grants_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/change/grant.h"
#include "libs/kafka/producer.h"
#include "libs/kafka/testing/mock_kafka.h"
#include "services/notification/grants/testing/grant_records.h"

namespace clusterwire::notification {
namespace {

using change::v1::GrantChanged;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kTopic[] = "grants";
constexpr absl::Duration kPatience = absl::Seconds(30);

class GrantsReaderTest : public testing::Test {
 protected:
  GrantsReaderTest() {
    kafka_.CreateTopic(kTopic, /*partitions=*/2);
    producer_ = *kafka::Producer::Create(kafka_.Options());
  }
  void Send(int32_t partition, const std::vector<GrantChanged>& records) {
    std::vector<kafka::Message> batch;
    for (const GrantChanged& record : records) {
      batch.push_back(*change::EncodeGrant(record));
      batch.back().to = {kTopic, partition};
    }
    ASSERT_THAT(producer_->Send(batch, kPatience), IsOk());
  }
  // A sign of life of a catalogue that knew of this end when it looked.
  void GiveSign(int64_t looked_behind) {
    GrantChanged sign = AllSent();
    sign.set_looked_behind(looked_behind);
    Send(0, {sign});
  }
  void Start() {
    reader_.emplace(GrantsReader::Options{.client = kafka_.Options(), .topic = kTopic}, grants_,
                    Clock::System(), Random::System());
  }
  std::vector<std::string> Seen(std::string_view subject) {
    return grants_.ViewerOf(grants_.KeysOf(subject)).members;
  }
  bool Complete() {
    return Eventually([this] { return grants_.CheckComplete().ok(); });
  }

  kafka::MockKafka kafka_;
  std::unique_ptr<kafka::Producer> producer_;
  Grants grants_{{.key = std::string(kSubjectKey), .hold_after = absl::Seconds(1)},
                 Clock::System()};
  std::optional<GrantsReader> reader_;
};

TEST_F(GrantsReaderTest, ReadsAllPartitionsWholeAndFollowsThem) {
  Send(0,
       {GrantTo("corp:1", "clusters/c", "grants/a"), GrantTo("corp:1", "clusters/d", "grants/b")});
  Send(1, {GrantTo("corp:1", "programmes/p", "grants/c"), Withdrawn("grants/x", 4), AllSent()});
  Start();
  ASSERT_TRUE(Complete());
  EXPECT_THAT(Seen("corp:1"), ElementsAre("clusters/c", "clusters/d", "programmes/p"));
  Send(0, {Withdrawn("grants/a", 9)});
  EXPECT_TRUE(Eventually([&] { return Seen("corp:1").size() == 2; }));
}

TEST_F(GrantsReaderTest, IsNotCompleteBeforeTheCatalogueSaysThatAllIsThere) {
  Send(0, {GrantTo("corp:1", "clusters/c", "grants/a")});
  Start();
  // Reading it went well, and that is not enough.
  ASSERT_TRUE(Eventually([this] { return reader_->status().ok(); }));
  EXPECT_THAT(grants_.CheckComplete(), ReasonIs("GRANTS_UNREAD"));
  EXPECT_THAT(Seen("corp:1"), IsEmpty());
  Send(0, {AllSent()});
  ASSERT_TRUE(Complete());
  EXPECT_THAT(Seen("corp:1"), ElementsAre("clusters/c"));
}

TEST_F(GrantsReaderTest, WhatCannotBeReadGivesNothingAndHoldsUpNothing) {
  const std::vector<kafka::Message> garbage = {{{kTopic, 0}, "grants/a", "\xff garbage", {}}};
  Send(0, {GrantTo("corp:1", "clusters/c", "grants/a")});
  ASSERT_THAT(producer_->Send(garbage, kPatience), IsOk());
  Send(0, {GrantTo("corp:1", "clusters/d", "grants/b"), AllSent()});
  Start();
  ASSERT_TRUE(Complete());
  EXPECT_THAT(Seen("corp:1"), ElementsAre("clusters/d"));
  EXPECT_EQ(grants_.counts().unreadable, 1u);
}

TEST_F(GrantsReaderTest, ANameThatIsGoneIsNothingUnreadable) {
  Send(0, {GrantTo("corp:1", "clusters/c", "grants/a"), AllSent()});
  Start();
  ASSERT_TRUE(Complete());
  kafka::Message gone = change::ForgetGrant("grants/a");
  gone.to = {kTopic, 0};
  ASSERT_THAT(producer_->Send({&gone, 1}, kPatience), IsOk());
  EXPECT_TRUE(Eventually([&] { return Seen("corp:1").empty(); }));
  EXPECT_EQ(grants_.counts().unreadable, 0u);
}

TEST_F(GrantsReaderTest, TheyAreAsNewAsTheSignsOfLifeSay) {
  Send(0, {GrantTo("corp:1", "clusters/c", "grants/a"), AllSent()});  // end at 2
  Start();
  ASSERT_TRUE(Complete());
  EXPECT_TRUE(grants_.behind()) << "nothing tells how old they are";
  GiveSign(2);
  GiveSign(2);
  Send(0, {GrantTo("corp:1", "clusters/d", "grants/b")});
  ASSERT_TRUE(Eventually([&] { return Seen("corp:1").size() == 2; }));
  EXPECT_TRUE(grants_.behind()) << "what was known of the topic then, it had before the first look";
  GiveSign(4);
  EXPECT_TRUE(Eventually([this] { return !grants_.behind(); }));
  // Other records are none, and make nothing newer.
  Send(0, {GrantTo("corp:1", "clusters/e", "grants/c")});
  ASSERT_TRUE(Eventually([&] { return Seen("corp:1").size() == 3; }));
  EXPECT_TRUE(Eventually([this] { return grants_.behind(); }));
  GiveSign(7);
  EXPECT_TRUE(Eventually([this] { return !grants_.behind(); }));
}

TEST_F(GrantsReaderTest, ABrokerThatFallsSilentMakesThemOldAndTakesNothingAway) {
  Send(0, {GrantTo("corp:1", "clusters/c", "grants/a"), AllSent()});
  Start();
  ASSERT_TRUE(Complete());
  GiveSign(2);
  GiveSign(3);
  ASSERT_TRUE(Eventually([this] { return !grants_.behind(); }));
  kafka_.SetDown();
  EXPECT_TRUE(Eventually([this] { return grants_.behind(); }));
  EXPECT_THAT(Seen("corp:1"), ElementsAre("clusters/c"));
  kafka_.SetUp();
  ASSERT_TRUE(Eventually([this] { return reader_->status().ok(); }));
  int64_t end = 4;
  EXPECT_TRUE(Eventually([&] {
    GiveSign(end++);
    return !grants_.behind();
  }));
  EXPECT_THAT(Seen("corp:1"), ElementsAre("clusters/c"));
}

}  // namespace
}  // namespace clusterwire::notification
