#include "services/notification/channels/email/bounce_address.h"

#include <string>

#include "absl/strings/ascii.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/notification/channels/email/address_key.h"

namespace clusterwire::notification {
namespace {

using testing::Optional;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
const std::string kAnna = AddressKey("k").Of("anna@example.org");

TEST(BounceAddress, NamesTheMailboxOnItsWayBackForAMonth) {
  const BounceAddress bounces("bounces@example.org", "secret");
  const std::string address = bounces.For(kAnna, kNow);
  EXPECT_THAT(address, testing::MatchesRegex("bounces\\+[0-9a-z]{42}@example\\.org"));
  EXPECT_LE(address.find('@'), 64U);
  EXPECT_THAT(bounces.Read(address, kNow), Optional(kAnna));
  EXPECT_THAT(bounces.Read(address, kNow + absl::Hours(24 * 30)), Optional(kAnna));
  EXPECT_EQ(bounces.Read(address, kNow + absl::Hours(24 * 31)), std::nullopt);
  EXPECT_THAT(bounces.Read(address, kNow - absl::Hours(24)), Optional(kAnna));
  EXPECT_EQ(bounces.Read(address, kNow - absl::Hours(24 * 3)), std::nullopt);
}

TEST(BounceAddress, IsReadInAnyCaseAndFromItsTokenAlone) {
  const BounceAddress bounces("bounces@example.org", "secret");
  const std::string address = bounces.For(kAnna, kNow);
  EXPECT_THAT(bounces.Read(absl::AsciiStrToUpper(address), kNow), Optional(kAnna));
  const std::string token = address.substr(8, 42);
  EXPECT_THAT(bounces.Read(token, kNow), Optional(kAnna));
}

TEST(BounceAddress, WhatIsForgedNamesNone) {
  const BounceAddress bounces("bounces@example.org", "secret");
  const std::string address = bounces.For(kAnna, kNow);
  for (size_t i = 8; i < 50; ++i) {
    std::string forged = address;
    forged[i] = forged[i] == '0' ? '1' : '0';
    EXPECT_EQ(bounces.Read(forged, kNow), std::nullopt) << i;
  }
  EXPECT_EQ(BounceAddress("bounces@example.org", "other").Read(address, kNow), std::nullopt);
  for (const std::string& text :
       {std::string(), std::string("@"), std::string("+"), std::string("bounces+@example.org"),
        std::string(42, '0'), std::string(400, '0'), std::string("anna@example.org")}) {
    EXPECT_EQ(bounces.Read(text, kNow), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace clusterwire::notification
