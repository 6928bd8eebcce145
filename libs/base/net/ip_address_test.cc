#include "libs/base/net/ip_address.h"

#include <gtest/gtest.h>

namespace clusterwire {
namespace {

bool IsLoopbackAddress(const char* text) {
  const auto address = IpAddress::Parse(text);
  return address && address->is_loopback();
}

TEST(IpAddressTest, OnlyWhatThisMachineAloneHasIsLoopback) {
  for (const char* text : {"127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1",
                           "::ffff:127.0.0.1", "::ffff:7f12:3456"}) {
    EXPECT_TRUE(IsLoopbackAddress(text)) << text;
  }
  for (const char* text : {"128.0.0.1", "12.7.0.1", "0.0.0.0", "::", "::2", "::127.0.0.1",
                           "::ffff:128.0.0.1", "64:ff9b::7f00:1", "7f00::1"}) {
    EXPECT_FALSE(IsLoopbackAddress(text)) << text;
  }
}

}  // namespace
}  // namespace clusterwire
