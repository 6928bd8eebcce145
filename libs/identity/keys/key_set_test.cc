#include "libs/identity/keys/key_set.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/identity/testing/signer.h"

namespace clusterwire::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Signer& Rsa() {
  static const Signer signer("RS256");
  return signer;
}

TEST(KeySetTest, EveryAlgorithmIsVerifiedByAKeyThatFitsIt) {
  const Signer other_rsa("RS256");
  for (const Algorithm& algorithm : Algorithms()) {
    const bool is_rsa = algorithm.key_type == "RSA";
    const Signer own(is_rsa ? "ES256" : algorithm.name);
    const Signer stranger(is_rsa ? "ES256" : algorithm.name);
    const nlohmann::json header = {{"alg", algorithm.name}};
    const auto set = KeySet::Parse(KeySetOf({(is_rsa ? Rsa() : own).public_key()}));
    ASSERT_THAT(set, IsOk());
    const auto keys = set->Find("one", algorithm);
    ASSERT_THAT(keys, SizeIs(1)) << algorithm.name;
    EXPECT_TRUE(keys.front()->Fits(algorithm));
    const std::string token = (is_rsa ? Rsa() : own).Sign({{"sub", "a"}}, header);
    const std::string strange = (is_rsa ? other_rsa : stranger).Sign({{"sub", "a"}}, header);
    const size_t signature = is_rsa ? 256 : algorithm.signature_bytes;
    EXPECT_TRUE(keys.front()->Verifies(token, algorithm, signature)) << algorithm.name;
    EXPECT_FALSE(keys.front()->Verifies(token, algorithm, signature - 1));
    EXPECT_FALSE(keys.front()->Verifies(strange, algorithm, signature));
  }
}

TEST(KeySetTest, AKeyFitsItsCurveAndItsOwnAlgorithmAlone) {
  nlohmann::json rsa = Rsa().public_key();
  rsa["alg"] = "RS512";
  const auto set = KeySet::Parse(KeySetOf({rsa, Signer("ES384", "two").public_key()}));
  ASSERT_THAT(set, IsOk());
  EXPECT_THAT(set->Find("", *FindAlgorithm("RS256")), IsEmpty());
  EXPECT_THAT(set->Find("", *FindAlgorithm("RS512")), SizeIs(1));
  EXPECT_THAT(set->Find("", *FindAlgorithm("ES256")), IsEmpty());
  EXPECT_THAT(set->Find("", *FindAlgorithm("ES384")), SizeIs(1));
}

TEST(KeySetTest, KeysThatProtectNothingAreLeftOutAndNamed) {
  const auto with = [](nlohmann::json key, const nlohmann::json& changes) {
    key.update(changes);
    return key;
  };
  const nlohmann::json rsa = Rsa().public_key();
  const nlohmann::json ec = Signer("ES256").public_key();
  const std::pair<nlohmann::json, const char*> cases[] = {
      {Signer("RS256", "small", 1024).public_key(), "1024 bits"},
      {with(rsa, {{"e", "AQ"}}), "protects nothing"},
      {with(rsa, {{"e", "Ag"}}), "protects nothing"},
      {with(rsa, {{"n", "AAAA"}}), "0 bits"},
      {with(rsa, {{"n", rsa["n"].get<std::string>() + "="}}), "without a readable n"},
      {with(rsa, {{"use", "enc"}}), "isn't for checking"},
      {with(rsa, {{"key_ops", {"sign"}}}), "isn't for checking"},
      {with(rsa, {{"alg", "HS256"}}), "algorithm that no token"},
      {with(rsa, {{"alg", "RSA-OAEP"}}), "algorithm that no token"},
      {with(rsa, {{"kid", 1}}), "is no text"},
      {with(ec, {{"crv", "secp256k1"}}), "algorithm that no token"},
      {with(ec, {{"x", "AAAA"}}), "make no key"},
      {{{"kty", "oct"}, {"k", "c2VjcmV0"}}, "algorithm that no token"},
      {{{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "AAAA"}}, "algorithm that no token"}};
  for (const auto& [key, why] : cases) {
    const auto set = KeySet::Parse(KeySetOf({key, rsa}));
    ASSERT_THAT(set, IsOk()) << key;
    EXPECT_EQ(set->size(), 1u) << key;
    EXPECT_THAT(set->unused(), ElementsAre(HasSubstr(why))) << key;
  }
}

TEST(KeySetTest, WhatIsNoKeySetIsRefused) {
  for (const std::string& text :
       {std::string(), std::string("garbage"), std::string("[]"), std::string("{}"),
        std::string(R"({"keys":{}})"), std::string(R"({"keys":[],"keys":[]})"),
        KeySetOf({Rsa().public_key()}).substr(0, 100), std::string(KeySet::kMaxBytes + 1, ' '),
        absl::StrCat(R"({"keys":[)", std::string(200, '['), "]}")}) {
    EXPECT_THAT(KeySet::Parse(text), StatusIs(absl::StatusCode::kInvalidArgument))
        << text.substr(0, 100);
  }
  EXPECT_THAT(KeySet::Parse(R"({"keys":[]})"), IsOk());
}

TEST(KeySetTest, APublishedPrivateKeyIsOnlyReadAsFarAsItIsPublic) {
  nlohmann::json key = Rsa().public_key();
  key["d"] = "AAAA";
  key["p"] = "AAAA";
  const auto set = KeySet::Parse(KeySetOf({key}));
  ASSERT_THAT(set, IsOk());
  EXPECT_EQ(set->size(), 1u);
}

}  // namespace
}  // namespace clusterwire::identity
