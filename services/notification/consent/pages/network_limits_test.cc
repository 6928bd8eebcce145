#include "services/notification/consent/pages/network_limits.h"

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "libs/base/testing/fake_clock.h"

namespace clusterwire::notification {
namespace {

TEST(NetworkLimitsTest, ANetworkIsAnIpv4TwentyFourOrAnIpv6SixtyFour) {
  EXPECT_EQ(NetworkOf("192.0.2.7"), "ipv4:192.0.2.7");
  EXPECT_EQ(NeighboursOf(NetworkOf("192.0.2.7")), NeighboursOf(NetworkOf("192.0.2.99")));
  EXPECT_NE(NeighboursOf(NetworkOf("192.0.2.7")), NeighboursOf(NetworkOf("192.0.20.7")));
  EXPECT_EQ(NeighboursOf(NetworkOf("2001:db8::1")), "ipv6:2001:db8::/64");
  EXPECT_EQ(NetworkOf("2001:db8::ffff:1"), NetworkOf("2001:db8::1"));
  EXPECT_EQ(NetworkOf("nonsense"), "");
}

TEST(NetworkLimitsTest, OneNetworkMayDoItTenTimesAnHour) {
  FakeClock clock;
  NetworkLimits limits(clock);
  for (int i = 0; i < NetworkLimits::kAnHour; ++i) {
    EXPECT_TRUE(limits.Take("a"));
    clock.Advance(absl::Minutes(1));
  }
  EXPECT_FALSE(limits.Take("a"));
  EXPECT_TRUE(limits.Take("b")) << "others aren't kept out";
  clock.Advance(absl::Minutes(50));
  EXPECT_TRUE(limits.Take("a"));
  EXPECT_FALSE(limits.Take("a")) << "one place became free";
}

TEST(NetworkLimitsTest, WhoHasManyNetworksTakesNotTheirsOfAll) {
  const auto take_all = [](std::string_view pattern) {
    FakeClock clock;
    NetworkLimits limits(clock);
    int taken = 0;
    for (int i = 0; i < 20'000; ++i) {
      const std::string remote = pattern == "ipv4"
                                     ? absl::StrCat("198.51.", i % 256, ".", i / 256)
                                     : absl::StrCat(std::string(pattern), absl::Hex(i), "::1");
      taken += limits.Take(NeighboursOf(NetworkOf(remote))) ? 1 : 0;
    }
    EXPECT_TRUE(limits.Take(NeighboursOf(NetworkOf("2001:db9::1")))) << "others aren't kept out";
    EXPECT_TRUE(limits.Take(NeighboursOf(NetworkOf("192.0.2.1"))));
    return taken;
  };
  EXPECT_EQ(take_all("2001:db8:1:"), NetworkLimits::kSiteAnHour);
  EXPECT_EQ(take_all("2001:db8:"), NetworkLimits::kWideAnHour);
  EXPECT_EQ(take_all("ipv4"), NetworkLimits::kWideAnHour);
}

TEST(NetworkLimitsTest, ManyNetworksAreBounded) {
  FakeClock clock;
  NetworkLimits limits(clock);
  for (size_t i = 0; i < NetworkLimits::kTracked; ++i) {
    ASSERT_TRUE(limits.Take(absl::StrCat("n", i)));
  }
  EXPECT_FALSE(limits.Take("one more"));
  EXPECT_TRUE(limits.Take("n1")) << "who is known isn't kept out by others";
  clock.Advance(absl::Hours(1));
  EXPECT_TRUE(limits.Take("one more"));
}

}  // namespace
}  // namespace clusterwire::notification
