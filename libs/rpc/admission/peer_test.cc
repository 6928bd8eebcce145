#include "libs/rpc/admission/peer.h"

#include <gtest/gtest.h>

namespace clusterwire::rpc {
namespace {

constexpr const char* kLocal[] = {"ipv4:127.0.0.1:50112", "ipv6:[::1]:50112",
                                  "ipv6:%5B::1%5D:50112", "ipv6:%5B::ffff:127.0.0.1%5D:9",
                                  "unix:/run/x",          "unix:"};

TEST(PeerTest, WhoCallsFromThisMachineIsAnOperatorWhereThatIsConfigured) {
  for (const char* peer : kLocal) {
    const Caller caller = CallerAt(peer, true);
    EXPECT_TRUE(caller.is_operator) << peer;
    EXPECT_EQ(caller.subject, "loopback");
    EXPECT_EQ(caller.proof, Caller::Proof::kLoopback);
  }
}

TEST(PeerTest, ElsewhereThisMachineIsThePublic) {
  for (const char* peer : kLocal) {
    const Caller caller = CallerAt(peer, false);
    EXPECT_FALSE(caller.is_operator) << peer;
    EXPECT_EQ(caller.subject, "public");
    EXPECT_EQ(caller.proof, Caller::Proof::kNone);
  }
}

TEST(PeerTest, AnyoneElseIsThePublic) {
  for (const char* peer : {"ipv4:192.0.2.7:50112", "ipv6:[2001:db8::1]:50112", "unknown", "",
                           "ipv6:%5B::1234%5D:9", "ipv4:12.7.0.1:9", "ipv6:%5B2001:db8::1%5D:1"}) {
    const Caller caller = CallerAt(peer, true);
    EXPECT_FALSE(caller.is_operator) << peer;
    EXPECT_EQ(caller.subject, "public");
  }
}

TEST(PeerTest, WhatOnlyLooksLikeThisMachineIsAnother) {
  for (const char* address : {"localhost:1", "LocalHost:1", "127.0.0.1:50051", "127.9.9.9:1",
                              "[::1]:1", "[0:0:0:0:0:0:0:1]:1", "[::ffff:127.0.0.1]:1"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
  for (const char* address :
       {"127.evil.example:50051", "127.0.0.1.evil.example:1", "127.1:1", "localhost.evil.example:1",
        "[::1]evil.example:1", "127.0.0.1%evil.example:1", "::1%evil.example:1", "[::2]:1",
        "[::ffff:128.0.0.1]:1", "", ":1", "0.0.0.0:1", "[::]:1"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

TEST(PeerTest, AnAddressHasNoPortAndAllOfAnIpv6NetworkIsOne) {
  EXPECT_EQ(AddressOf("ipv4:192.0.2.7:50112"), "ipv4:192.0.2.7");
  EXPECT_EQ(AddressOf("ipv6:[2001:db8:1:2:3:4:5:6]:50112"), "ipv6:2001:db8:1:2::/64");
  EXPECT_EQ(AddressOf("ipv6:%5B2001:db8:1:2::9%5D:1"), "ipv6:2001:db8:1:2::/64");
  EXPECT_NE(AddressOf("ipv6:[2001:db8:1:3::9]:1"), AddressOf("ipv6:[2001:db8:1:2::9]:1"));
  EXPECT_EQ(AddressOf("ipv6:%5Bfe80::1%25eth0%5D:1"), "ipv6:fe80::/64");
  EXPECT_EQ(AddressOf("ipv6:%5B::ffff:192.0.2.7%5D:9"), "ipv4:192.0.2.7");
  EXPECT_EQ(AddressOf("unix:/run/x"), "unix");
}

}  // namespace
}  // namespace clusterwire::rpc
