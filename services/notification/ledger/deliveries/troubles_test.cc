#include "services/notification/ledger/deliveries/troubles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/ledger/testing/rows.h"

namespace clusterwire::notification {
namespace {

constexpr char kEndpoint[] = "subscribers/a/endpoints/w";
const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

class TroublesTest : public LedgerTest {
 protected:
  Trouble Add(absl::Time time, bool refused = false, int64_t revision = 1) {
    auto trouble = ledger_->Write([&](sql::Connection& connection) {
      return Troubles(connection)
          .Add({.endpoint = kEndpoint,
                .revision = revision,
                .time = time,
                .refused = refused,
                .detail = "HTTP 500"},
               absl::Hours(1));
    });
    EXPECT_THAT(trouble, IsOk());
    return *std::move(trouble);
  }
  std::vector<Trouble> Lasting(absl::Duration least) {
    return *ledger_->Read(
        [&](sql::Connection& connection) { return Troubles(connection).Lasting(least, 10); });
  }
};
INSTANTIATE_TEST_SUITE_P(Both, TroublesTest, sql::kBothDatabases, sql::DialectName);

TEST_P(TroublesTest, FailuresCoverTheTimeBetweenThemButOfALongGapOnlyAPart) {
  EXPECT_EQ(Add(kStart).failing, absl::ZeroDuration());
  EXPECT_EQ(Add(kStart + absl::Minutes(30)).failing, absl::Minutes(30));
  const Trouble trouble = Add(kStart + absl::Hours(100));
  EXPECT_EQ(trouble.failing, absl::Minutes(90));
  EXPECT_EQ(trouble.since, kStart);
  EXPECT_EQ(trouble.failures, 3);
}

TEST_P(TroublesTest, WhatIsRefusedIsCountedBesideThem) {
  Add(kStart, /*refused=*/true);
  const Trouble trouble = Add(kStart + absl::Hours(25), /*refused=*/true);
  EXPECT_EQ(trouble.failing, absl::ZeroDuration());
  EXPECT_EQ(trouble.failures, 0);
  EXPECT_EQ(trouble.refused, 2);
  EXPECT_THAT(Lasting(absl::Hours(24)), testing::SizeIs(1));
  EXPECT_THAT(Lasting(absl::Hours(26)), testing::IsEmpty());
}

TEST_P(TroublesTest, ASuccessAndAWriteOfTheEndpointBeginAnew) {
  Add(kStart);
  ASSERT_THAT(ledger_->Write([](sql::Connection& connection) {
    return Troubles(connection).Clear({kEndpoint});
  }),
              IsOk());
  EXPECT_EQ(Add(kStart + absl::Hours(2)).since, kStart + absl::Hours(2));
  const Trouble anew = Add(kStart + absl::Hours(3), false, /*revision=*/2);
  EXPECT_EQ(anew.since, kStart + absl::Hours(3));
  EXPECT_EQ(anew.failing, absl::ZeroDuration());
  EXPECT_EQ(anew.failures, 1);
}

TEST_P(TroublesTest, AClockThatWasSetBackMakesNoDaysOfFailure) {
  Add(kStart + absl::Hours(48));
  const Trouble trouble = Add(kStart);
  EXPECT_EQ(trouble.since, kStart);
  EXPECT_EQ(trouble.failing, absl::ZeroDuration());
  EXPECT_THAT(Lasting(absl::Hours(24)), testing::IsEmpty());
}

TEST_P(TroublesTest, WhatHappenedLongAgoIsForgotten) {
  Add(kStart);
  const auto remove = [&](absl::Time horizon) {
    ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
      return Troubles(connection).RemoveOld(horizon);
    }),
                IsOk());
  };
  remove(kStart);
  EXPECT_THAT(Lasting(absl::ZeroDuration()), testing::SizeIs(1));
  remove(kStart + absl::Seconds(1));
  EXPECT_THAT(Lasting(absl::ZeroDuration()), testing::IsEmpty());
}

}  // namespace
}  // namespace clusterwire::notification
