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

TEST(CryptoTest, Ed25519GivesThePublishedKeysAndSignatures) {
  const std::string one =
      absl::HexStringToBytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  EXPECT_EQ(absl::BytesToHexString(Ed25519Signer(one).public_key()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(
      absl::BytesToHexString(Ed25519Signer(one).Sign("")),
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
      "f9b46bd25bf5f0595bbe24655141438e7a100b");
  const std::string two =
      absl::HexStringToBytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  EXPECT_EQ(absl::BytesToHexString(Ed25519Signer(two).public_key()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(
      absl::BytesToHexString(Ed25519Signer(two).Sign("\x72")),
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0"
      "f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST(CryptoTest, SameBytesTellsTextsApart) {
  EXPECT_TRUE(SameBytes("", ""));
  EXPECT_TRUE(SameBytes("secret", "secret"));
  EXPECT_FALSE(SameBytes("secret", "secreT"));
  EXPECT_FALSE(SameBytes("secret", "secret!"));
}

}  // namespace
}  // namespace clusterwire
