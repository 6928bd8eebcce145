#include "libs/base/crypto.h"

#include "absl/strings/escaping.h"
#include <gtest/gtest.h>

namespace clusterwire {
namespace {

TEST(CryptoTest, Sha256GivesThePublishedDigests) {
  EXPECT_EQ(absl::BytesToHexString(Sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(absl::BytesToHexString(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(CryptoTest, HmacGivesThePublishedCodes) {
  EXPECT_EQ(absl::BytesToHexString(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      absl::BytesToHexString(HmacSha256(std::string(131, '\xaa'),
                                        "Test Using Larger Than Block-Size Key - Hash Key First")),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(absl::BytesToHexString(HmacSha256("", "")),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(CryptoTest, WhatIsSealedIsOpenedByTheSameKeyAndPurposeAlone) {
  const std::string key(64, 'k');
  const std::string sealed = Seal(key, "page", "clusters/hidden");
  EXPECT_EQ(sealed.size(), 16 + std::string("clusters/hidden").size());
  EXPECT_EQ(sealed.find("hidden"), std::string::npos);
  EXPECT_EQ(Unseal(key, "page", sealed), "clusters/hidden");
  EXPECT_EQ(Unseal(key, "watch", sealed), std::nullopt);
  EXPECT_EQ(Unseal(std::string(64, 'l'), "page", sealed), std::nullopt);
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] ^= 1;
    EXPECT_EQ(Unseal(key, "page", altered), std::nullopt);
    EXPECT_EQ(Unseal(key, "page", sealed.substr(0, i)), std::nullopt);
  }
}

TEST(CryptoTest, SameBytesTellsTextsApart) {
  EXPECT_TRUE(SameBytes("", ""));
  EXPECT_TRUE(SameBytes("secret", "secret"));
  EXPECT_FALSE(SameBytes("secret", "secreT"));
  EXPECT_FALSE(SameBytes("secret", "secret!"));
}

}  // namespace
}  // namespace clusterwire
