#include "services/catalogue/changes/topic_watch.h"

#include <gmock/gmock.h>

#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/service/gaps.h"
#include "libs/sql/testing/backends.h"

namespace clusterwire::catalogue {
namespace {

using Range = kafka::Producer::Range;

class TopicWatchTest : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  TopicWatchTest() { EXPECT_THAT(TopicWatch::CreateTables(*database_), IsOk()); }

  TopicWatch Watch(const std::string& topic = "t") {
    TopicWatch watch({.topic = topic, .retention = absl::Hours(24)}, *database_, clock_);
    EXPECT_THAT(watch.Load(), IsOk());
    return watch;
  }
  std::vector<service::Gap> Gaps() {
    auto gaps = sql::InTransaction(
        *database_, sql::Transaction::Kind::kRead,
        [](sql::Connection& connection) { return service::Gaps(connection).Open(); });
    EXPECT_THAT(gaps, IsOk());
    return *std::move(gaps);
  }

  FakeClock clock_;
  sql::TestDatabase files_{GetParam()};
  std::unique_ptr<sql::Database> database_ = files_.Open();
};
INSTANTIATE_TEST_SUITE_P(Both, TopicWatchTest, sql::kBothDatabases, sql::DialectName);

TEST_P(TopicWatchTest, EndsThatOnlyRiseAreNoGap) {
  TopicWatch watch = Watch();
  ASSERT_THAT(watch.Compare({0, 5}), IsOk());
  ASSERT_THAT(watch.Acknowledged({{{"t", 0}, Range{0, 2}}, {{"t", 1}, Range{5, 5}}}), IsOk());
  ASSERT_THAT(watch.Compare({3, 6}), IsOk());
  ASSERT_THAT(watch.Compare({3, 9, 4}), IsOk());  // somebody else writes too; a partition is new
  EXPECT_THAT(Gaps(), ::testing::IsEmpty());
}

TEST_P(TopicWatchTest, APartitionThatEndsBeforeWhatWasAcknowledgedIsAGap) {
  TopicWatch watch = Watch();
  ASSERT_THAT(watch.Acknowledged({{{"t", 1}, Range{0, 9}}}), IsOk());
  ASSERT_THAT(watch.Compare({0, 4}), IsOk());
  const auto gaps = Gaps();
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].partition, (kafka::TopicPartition{"t", 1}));
  EXPECT_EQ(gaps[0].first_offset, 4);
  EXPECT_EQ(gaps[0].end_offset, 10);
  EXPECT_EQ(gaps[0].since, clock_.Now() - absl::Hours(24));
  ASSERT_THAT(watch.Compare({0, 4}), IsOk());
  EXPECT_EQ(Gaps()[0].number, gaps[0].number) << "it is noticed once";
}

TEST_P(TopicWatchTest, ATopicMadeAnewAndWrittenToIsNoticedByWhereTheRecordsCame) {
  TopicWatch watch = Watch();
  ASSERT_THAT(watch.Acknowledged({{{"t", 0}, Range{0, 0}}}), IsOk());
  ASSERT_THAT(watch.Acknowledged({{{"t", 0}, Range{0, 0}}}), IsOk());
  EXPECT_EQ(Gaps().size(), 1u);
  ASSERT_THAT(watch.Acknowledged({{{"t", 0}, Range{1, 3}}}), IsOk());
  EXPECT_EQ(Gaps().size(), 1u);
}

TEST_P(TopicWatchTest, WhatIsLostWhileNobodyLooksIsNoticedByTheNextProcess) {
  {
    TopicWatch watch = Watch();
    ASSERT_THAT(watch.Compare({4, 7}), IsOk());
    ASSERT_THAT(watch.Acknowledged({{{"t", 0}, Range{4, 6}}}), IsOk());
    ASSERT_THAT(watch.Keep(), IsOk());
  }
  TopicWatch other = Watch("other");
  ASSERT_THAT(other.Compare({0, 0}), IsOk());
  EXPECT_THAT(Gaps(), ::testing::IsEmpty()) << "another topic is another matter";
  TopicWatch watch = Watch();
  ASSERT_THAT(watch.Compare({4, 7}), IsOk());
  ASSERT_EQ(Gaps().size(), 1u);
  EXPECT_EQ(Gaps()[0].end_offset, 7);
}

}  // namespace
}  // namespace clusterwire::catalogue
