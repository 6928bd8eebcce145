#include "libs/rpc/token/token.h"

#include "absl/strings/escaping.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/random.h"
#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"

namespace clusterwire::rpc {
namespace {

constexpr char kKey[] = "0123456789abcdef0123456789abcdef";

TEST(TokenTest, AnyContentComesBackAndFitsIntoAUrl) {
  const TokenSealer sealer(kKey);
  SeededRandom random(TestSeed());
  for (int round = 0; round < 200; ++round) {
    const std::string content = RandomBytes(random, random.Below(300));
    const std::string token = sealer.Seal("watch", content);
    EXPECT_THAT(sealer.Open("watch", token), IsOkAndHolds(content));
    EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_"),
              std::string::npos);
  }
}

TEST(TokenTest, ATokenDoesNotShowWhatItIsAbout) {
  const TokenSealer sealer(kKey);
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(sealer.Seal("page", "clusters/hidden"), &bytes));
  EXPECT_THAT(bytes, ::testing::Not(::testing::HasSubstr("hidden")));
}

TEST(TokenTest, AnAlteredTokenIsRefused) {
  const TokenSealer sealer(kKey);
  SeededRandom random(TestSeed());
  const std::string token = sealer.Seal("watch", "revision 7");
  for (int round = 0; round < 500; ++round) {
    std::string altered = token;
    altered[random.Below(altered.size() - 1)] ^= static_cast<char>(1 + random.Below(127));
    if (altered == token) continue;
    EXPECT_THAT(sealer.Open("watch", altered), ReasonIs("TOKEN_INVALID")) << altered;
  }
  for (const std::string& other :
       {std::string(), std::string("x"), token.substr(0, 20), std::string(20'000, 'A')}) {
    EXPECT_THAT(sealer.Open("watch", other), ReasonIs("TOKEN_INVALID"));
  }
}

TEST(TokenTest, AnotherPurposeOrKeyIsRefused) {
  const TokenSealer sealer(kKey);
  const std::string token = sealer.Seal("watch", "x");
  EXPECT_THAT(sealer.Open("page", token), ReasonIs("TOKEN_INVALID"));
  EXPECT_THAT(TokenSealer("another key of enough bytes").Open("watch", token),
              ReasonIs("TOKEN_INVALID"));
  EXPECT_THAT(TokenSealer(kKey).Open("watch", token), IsOkAndHolds("x"));
}

}  // namespace
}  // namespace clusterwire::rpc
