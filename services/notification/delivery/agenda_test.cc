#include "services/notification/delivery/agenda.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

PendingDelivery To(const std::string& endpoint, int number) {
  return {.name = absl::StrCat("deliveries/", endpoint, number),
          .root = absl::StrCat("clusters/c", number),
          .endpoint = endpoint,
          .created = kStart + absl::Microseconds(number),
          .due = kStart};
}

class AgendaTest : public testing::Test {
 protected:
  SeededRandom random_{1};
  Agenda agenda_{{.in_flight_per_endpoint = 3, .in_flight = 5, .loaded_per_endpoint = 10}, random_};
};

TEST_F(AgendaTest, OneEndpointHasAtMostItsShareUnderWay) {
  for (int i = 0; i < 10; ++i) agenda_.Offer(To("slow", i));
  const std::vector<PendingDelivery> taken = agenda_.Take(kStart, 100);
  EXPECT_THAT(taken, SizeIs(3));
  EXPECT_THAT(agenda_.Take(kStart, 100), IsEmpty());
  EXPECT_EQ(agenda_.NextDue(), absl::InfiniteFuture());
  agenda_.Settle(taken[0]);
  EXPECT_THAT(agenda_.Take(kStart, 100), SizeIs(1));
}

TEST_F(AgendaTest, ASlowEndpointHoldsOnlyItself) {
  for (int i = 0; i < 10; ++i) agenda_.Offer(To("slow", i));
  agenda_.Take(kStart, 100);
  agenda_.Offer(To("quick", 1));
  const std::vector<PendingDelivery> taken = agenda_.Take(kStart, 100);
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_EQ(taken[0].endpoint, "quick");
}

TEST_F(AgendaTest, AllTogetherKeepToTheirLimit) {
  for (const char* endpoint : {"a", "b", "c"}) {
    for (int i = 0; i < 3; ++i) agenda_.Offer(To(endpoint, i));
  }
  EXPECT_THAT(agenda_.Take(kStart, 100), SizeIs(5));
  EXPECT_EQ(agenda_.NextDue(), absl::InfiniteFuture());
}

TEST_F(AgendaTest, AnEndpointThatFailsIsSparedAndThenTriedOnce) {
  for (int i = 0; i < 10; ++i) agenda_.Offer(To("down", i));
  absl::Time now = kStart;
  for (int failures = 0; failures < Breaker::kThreshold;) {
    for (const PendingDelivery& taken : agenda_.Take(now, 1)) {
      agenda_.Failed("down", now, absl::InfinitePast());
      agenda_.Postpone(taken, 1, now + absl::Hours(1));
      ++failures;
    }
  }
  EXPECT_THAT(agenda_.Take(now, 100), IsEmpty());
  now = agenda_.NextDue();
  EXPECT_GT(now, kStart + Breaker::kFirstPause / 2);
  const std::vector<PendingDelivery> probe = agenda_.Take(now, 100);
  ASSERT_THAT(probe, SizeIs(1));
  agenda_.Succeeded("down");
  agenda_.Settle(probe[0]);
  EXPECT_THAT(agenda_.Take(now, 100), SizeIs(3));
}

TEST_F(AgendaTest, AnEndpointThatAsksForAPauseGetsIt) {
  agenda_.Offer(To("busy", 1));
  agenda_.Offer(To("busy", 2));
  const PendingDelivery taken = agenda_.Take(kStart, 1)[0];
  agenda_.Failed("busy", kStart, kStart + absl::Minutes(2));
  agenda_.Postpone(taken, 1, kStart + absl::Minutes(2));
  EXPECT_THAT(agenda_.Take(kStart + absl::Minutes(1), 100), IsEmpty());
  EXPECT_THAT(agenda_.Take(kStart + absl::Minutes(2), 100), SizeIs(2));
}

TEST_F(AgendaTest, WhatDoesNotFitStaysInTheLedgerUntilThereIsRoom) {
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(agenda_.Offer(To("a", i)));
  EXPECT_FALSE(agenda_.Offer(To("a", 10)));
  EXPECT_THAT(agenda_.ToLoad(10), IsEmpty());
  for (int settled = 0; settled < 5; ++settled) agenda_.Settle(agenda_.Take(kStart, 1)[0]);
  EXPECT_THAT(agenda_.ToLoad(10), ElementsAre("a"));
  // A newer one must not come before the older that is still in the ledger.
  EXPECT_FALSE(agenda_.Offer(To("a", 11)));
  agenda_.Loaded("a", {To("a", 9), To("a", 10), To("a", 11)}, /*complete=*/true);
  EXPECT_EQ(agenda_.loaded(), 7u);
  EXPECT_THAT(agenda_.ToLoad(10), IsEmpty());
  EXPECT_TRUE(agenda_.Offer(To("a", 12)));
}

}  // namespace
}  // namespace clusterwire::notification
