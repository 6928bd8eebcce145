#include "libs/rpc/admission/caller_limits.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/rpc/testing/desk.h"

namespace clusterwire::rpc {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::SignedIn;

constexpr char kPeer[] = "ipv4:192.0.2.7:50112";
const Caller kPublic = {.subject = "public"};

class CallerLimitsTest : public ::testing::Test {
 protected:
  // The limit's answer to one call.
  absl::Status Call(const std::string& subject) {
    return limits_.TakeCall(SignedIn(subject), kPeer);
  }
  absl::Status CallFrom(const std::string& peer) { return limits_.TakeCall(kPublic, peer); }
  // How many of `most` calls are taken, one after the other.
  template <typename Call>
  int Taken(int most, Call call) {
    int taken = 0;
    while (taken < most && call().ok()) ++taken;
    return taken;
  }

  FakeClock clock_;
  telemetry::Metrics metrics_;
  CallerLimits limits_{metrics_,
                       clock_,
                       {.subject = {.calls_per_second = 10, .streams = 2},
                        .address = {.calls_per_second = 3, .streams = 1},
                        .tracked = 3}};
};

TEST_F(CallerLimitsTest, TwiceTheRateIsTakenAtOnceAndThenTheRate) {
  EXPECT_EQ(Taken(100, [&] { return Call("corp:1"); }), 20);
  for (int i = 0; i < 50; ++i) {
    const absl::Status refused = Call("corp:1");
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
    EXPECT_THAT(refused, ReasonIs("CALLER_LIMIT"));
    EXPECT_EQ(RetryDelayOf(refused), absl::Milliseconds(100));
    clock_.Advance(absl::Milliseconds(100));
    EXPECT_THAT(Call("corp:1"), IsOk());
  }
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Taken(100, [&] { return Call("corp:1"); }), 20) << "what isn't used isn't saved up";
}

TEST_F(CallerLimitsTest, TheDelayIsTheTrueOne) {
  SeededRandom random(TestSeed());
  for (int i = 0; i < 300; ++i) {
    clock_.Advance(absl::Microseconds(random.Below(200'000)));
    absl::Status status = CallFrom(kPeer);
    while (status.ok()) status = CallFrom(kPeer);
    const absl::Duration delay = *RetryDelayOf(status);
    ASSERT_GT(delay, absl::ZeroDuration());
    clock_.Advance(delay - absl::Nanoseconds(1));
    ASSERT_FALSE(CallFrom(kPeer).ok());
    clock_.Advance(absl::Nanoseconds(1));
    ASSERT_THAT(CallFrom(kPeer), IsOk());
  }
}

TEST_F(CallerLimitsTest, TheTextNamesTheLimitTheOptionAndTheDelay) {
  Taken(100, [&] { return Call("corp:1"); });
  EXPECT_THAT(Call("corp:1").message(),
              AllOf(HasSubstr("10 calls a second"), HasSubstr("callers.limits.calls_per_second"),
                    HasSubstr("try again in 100ms")));
  Taken(100, [&] { return CallFrom(kPeer); });
  EXPECT_THAT(CallFrom(kPeer).message(),
              AllOf(HasSubstr("3 calls"), HasSubstr("callers.limits.public_calls_per_second")));
}

TEST_F(CallerLimitsTest, ASubjectIsCountedWhereverItCallsFromAndTheOthersAreNot) {
  EXPECT_EQ(Taken(100, [&] { return limits_.TakeCall(SignedIn("corp:1"), "ipv4:192.0.2.1:1"); }),
            20);
  EXPECT_THAT(limits_.TakeCall(SignedIn("corp:1"), "ipv4:192.0.2.2:1"), ReasonIs("CALLER_LIMIT"));
  EXPECT_THAT(limits_.TakeCall(SignedIn("corp:2"), "ipv4:192.0.2.1:1"), IsOk());
  EXPECT_THAT(CallFrom("ipv4:192.0.2.1:1"), IsOk());
}

TEST_F(CallerLimitsTest, ThePublicIsCountedByAddressWhateverThePortAndByNetworkInIpv6) {
  EXPECT_EQ(Taken(100, [&] { return CallFrom("ipv4:192.0.2.1:1"); }), 6);
  EXPECT_THAT(CallFrom("ipv4:192.0.2.1:2"), ReasonIs("CALLER_LIMIT"));
  EXPECT_THAT(CallFrom("ipv4:192.0.2.2:1"), IsOk());
  EXPECT_EQ(Taken(100,
                  [&, i = 0]() mutable {
                    return CallFrom(absl::StrCat("ipv6:[2001:db8::", ++i, "]:1"));
                  }),
            6);
}

TEST_F(CallerLimitsTest, OperatorsHaveNoLimits) {
  const Caller caller{
      .subject = "loopback", .proof = Caller::Proof::kLoopback, .is_operator = true};
  EXPECT_EQ(Taken(10'000, [&] { return limits_.TakeCall(caller, kPeer); }), 10'000);
  std::vector<CallerLimits::Place> places;
  for (int i = 0; i < 100; ++i) {
    auto place = limits_.TakeStream(caller, kPeer);
    ASSERT_THAT(place, IsOk());
    places.push_back(*std::move(place));
  }
}

TEST_F(CallerLimitsTest, AStreamsPlaceIsFreeAgainWhenItIsGivenBack) {
  const auto open = [&](const std::string& subject) {
    return limits_.TakeStream(SignedIn(subject), kPeer);
  };
  std::optional<CallerLimits::Place> first = *open("corp:1");
  const CallerLimits::Place second = *open("corp:1");
  EXPECT_THAT(open("corp:1"), ReasonIs("CALLER_LIMIT"));
  EXPECT_THAT(open("corp:1").status().message(), HasSubstr("2 streams open at once"));
  EXPECT_THAT(open("corp:2"), IsOk());
  first.reset();
  EXPECT_THAT(open("corp:1"), IsOk());
  EXPECT_THAT(open("corp:1"), IsOk()) << "the last one was given back at once";
}

TEST_F(CallerLimitsTest, AFloodOfStrangersWipesOutNobodysDebtAndOthersAreTakenWhenItEnds) {
  EXPECT_EQ(Taken(100, [&] { return CallFrom("ipv4:192.0.2.1:1"); }), 6);
  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    const absl::Status status = CallFrom(absl::StrCat("ipv4:198.51.", i / 250, ".", i % 250, ":1"));
    if (status.ok()) {
      ++taken;
    } else {
      EXPECT_THAT(status, ReasonIs("CALLER_LIMIT"));
    }
  }
  EXPECT_EQ(taken, 2) << "three are remembered";
  EXPECT_THAT(CallFrom("ipv4:192.0.2.1:1"), ReasonIs("CALLER_LIMIT")) << "who owes still owes";
  EXPECT_THAT(Call("corp:1"), IsOk()) << "who is known has nothing to do with it";
  // The strangers' one call each counts for a third of a second.
  EXPECT_EQ(RetryDelayOf(CallFrom("ipv4:203.0.113.1:1")), absl::Nanoseconds(333'333'333));
  clock_.Advance(absl::Nanoseconds(333'333'333));
  EXPECT_THAT(CallFrom("ipv4:203.0.113.1:1"), IsOk());
  EXPECT_THAT(metrics_.Render(),
              HasSubstr("clusterwire_rpc_caller_limit_total{limit=\"callers\"} 999\n"));
}

TEST_F(CallerLimitsTest, WhoHasAStreamOpenIsRememberedAsLongAsItIs) {
  std::optional<CallerLimits::Place> place = *limits_.TakeStream(kPublic, "ipv4:192.0.2.1:1");
  clock_.Advance(absl::Hours(1));
  for (int i = 0; i < 100; ++i) (void)CallFrom(absl::StrCat("ipv4:198.51.100.", i, ":1"));
  EXPECT_THAT(limits_.TakeStream(kPublic, "ipv4:192.0.2.1:1"), ReasonIs("CALLER_LIMIT"));
  place.reset();
  EXPECT_THAT(limits_.TakeStream(kPublic, "ipv4:192.0.2.1:1"), IsOk());
}

TEST_F(CallerLimitsTest, AWallClockThatIsSetGivesAndTakesNothing) {
  Taken(100, [&] { return Call("corp:1"); });
  clock_.Set(clock_.Now() + absl::Hours(1));
  EXPECT_THAT(Call("corp:1"), ReasonIs("CALLER_LIMIT"));
  clock_.Set(clock_.Now() - absl::Hours(2));
  EXPECT_EQ(RetryDelayOf(Call("corp:1")), absl::Milliseconds(100));
}

}  // namespace
}  // namespace clusterwire::rpc
