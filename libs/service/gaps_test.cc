#include "libs/service/gaps.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/sql/testing/backends.h"

namespace clusterwire::service {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kRemedy[] = "Rewind with $0";
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);  // 2023-11-14 22:13:20

class GapsTest : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  GapsTest() { EXPECT_THAT(Gaps::CreateTable(*database_), IsOk()); }

  static Gap GapIn(int32_t partition, int64_t first, int64_t end, int64_t revision) {
    return {.partition = {"t", partition},
            .first_offset = first,
            .end_offset = end,
            .history = revision == 0 ? "" : "h",
            .revision = revision,
            .since = kNow - absl::Hours(1)};
  }
  void Note(const Gap& gap) {
    ASSERT_THAT(Do([&](Gaps gaps) { return gaps.Note(gap, kNow); }), IsOk());
  }
  absl::StatusOr<int64_t> Acknowledge(int64_t through) {
    return Do([&](Gaps gaps) { return gaps.Acknowledge(through); });
  }
  Finding Look() { return LookAtGaps(*database_, kRemedy); }
  template <typename Work>
  auto Do(const Work& work) -> std::invoke_result_t<Work, Gaps> {
    return sql::InTransaction(*database_, sql::Transaction::Kind::kWrite,
                              [&](sql::Connection& connection) { return work(Gaps(connection)); });
  }

  sql::TestDatabase files_{GetParam()};
  std::unique_ptr<sql::Database> database_ = files_.Open();
};
INSTANTIATE_TEST_SUITE_P(Both, GapsTest, sql::kBothDatabases, sql::DialectName);

TEST_P(GapsTest, AGapIsFoundUntilItIsAcknowledged) {
  EXPECT_EQ(Look().severity(), Finding::SEVERITY_OK);
  EXPECT_EQ(Look().remedy(), "");
  Note(GapIn(3, 120, 340, 4711));
  EXPECT_EQ(Look().severity(), Finding::SEVERITY_ERROR);
  EXPECT_THAT(Look().finding(),
              HasSubstr("t[3] forgot the offsets from 120 to 339 before they were read"));
  EXPECT_THAT(Look().remedy(), AllOf(HasSubstr("Rewind with {\"after_revision\":4711}"),
                                     HasSubstr("AcknowledgeGaps"), HasSubstr("{\"through\":1}")));
  EXPECT_THAT(Acknowledge(1), IsOkAndHolds(1));
  EXPECT_EQ(Look().severity(), Finding::SEVERITY_OK);
  EXPECT_THAT(Acknowledge(1), IsOkAndHolds(0)) << "again it is the same";
}

TEST_P(GapsTest, WhatWasNotSeenIsNotAcknowledged) {
  Note(GapIn(0, 0, 5, 10));
  Note(GapIn(1, 0, 5, 10));
  EXPECT_THAT(Acknowledge(1), IsOkAndHolds(1));
  EXPECT_THAT(Look().finding(), HasSubstr("t[1]"));
  Note(GapIn(1, 7, 9, 20));  // grows, under a new number
  EXPECT_THAT(Acknowledge(2), IsOkAndHolds(0));
  EXPECT_THAT(Look().finding(), HasSubstr("from 0 to 8"));
  EXPECT_THAT(Look().remedy(), HasSubstr("{\"after_revision\":10}"));
  EXPECT_THAT(Acknowledge(3), IsOkAndHolds(1));
  EXPECT_THAT(Acknowledge(0), HasFieldError("through"));
  EXPECT_THAT(Acknowledge(4), HasFieldError("through"));
}

TEST_P(GapsTest, ANumberIsNeverGivenTwice) {
  Note(GapIn(0, 0, 5, 10));
  EXPECT_THAT(Acknowledge(1), IsOkAndHolds(1));
  Note(GapIn(0, 8, 9, 20));
  EXPECT_THAT(Acknowledge(1), IsOkAndHolds(0));
  EXPECT_THAT(Look().finding(), HasSubstr("from 8 to 8")) << "what was acknowledged is over";
}

TEST_P(GapsTest, TheEarliestRevisionIsRewoundToAndWithoutOneTheEarliestTime) {
  Note(GapIn(0, 0, 5, 30));
  Note(GapIn(1, 0, 5, 20));
  EXPECT_THAT(Look().remedy(), HasSubstr("{\"after_revision\":20}"));
  Note(GapIn(2, 0, 5, 0));
  EXPECT_THAT(Look().remedy(), HasSubstr("{\"start_time\":\"2023-11-14T21:13:20Z\"}"));
}

TEST_P(GapsTest, OfManyPartitionsTheFirstAreNamedAndTheRestCounted) {
  for (int32_t i = 0; i < 25; ++i) Note(GapIn(i, 0, 5, 10));
  EXPECT_THAT(Look().finding(), HasSubstr("; and 5 partitions more"));
}

}  // namespace
}  // namespace clusterwire::service
