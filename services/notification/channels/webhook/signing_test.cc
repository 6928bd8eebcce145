#include "services/notification/channels/webhook/signing.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"

namespace clusterwire::notification {
namespace {

TEST(SecretTest, AMadeSecretHasAKeyOfThirtyTwoBytes) {
  SeededRandom random(1);
  const std::string secret = MakeSecret(random);
  EXPECT_TRUE(secret.starts_with("whsec_"));
  ASSERT_TRUE(KeyOf(secret));
  EXPECT_EQ(KeyOf(secret)->size(), 32u);
  EXPECT_NE(MakeSecret(random), secret);
}

TEST(SecretTest, WhatIsNoSecretHasNoKey) {
  for (const char* secret :
       {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqr",
        "whsec_????????????????????????????????",
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+"
        "P0A="}) {
    EXPECT_FALSE(KeyOf(secret)) << secret;
  }
}

TEST(SecretTest, ItIsTheDecodedKeyThatCountsAndItEncodesBackToTheSameText) {
  const std::string good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  ASSERT_TRUE(KeyOf(good));
  for (const std::string& secret : std::vector<std::string>{
           "whsec_" + std::string(32, ' '), "whsec_" + std::string(40, '='),
           "whsec_" + std::string(64, '\n'), good + "\n", good + " ",
           "whsec_ MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ 9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
           good + "=", good + "A=",
           std::string("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),   // without padding
           std::string("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9="),  // spare bits set
           std::string("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh.=")}) {
    EXPECT_FALSE(KeyOf(secret)) << secret;
  }
}

TEST(SecretTest, OneOfZerosAloneSignsAsNoneDoesAndIsNoKey) {
  for (const size_t size : {24U, 32U, 64U}) {
    const std::string zeros(size, '\0');
    EXPECT_EQ(WebhookSignature({.v1 = {zeros}}, "id", absl::UnixEpoch(), "body"),
              WebhookSignature({.v1 = {std::string()}}, "id", absl::UnixEpoch(), "body"));
    EXPECT_FALSE(KeyOf("whsec_" + absl::Base64Escape(zeros)));
    EXPECT_TRUE(KeyOf("whsec_" + absl::Base64Escape(zeros.substr(1) + "a")));
  }
}

std::string Sign(std::string_view secret, std::string_view id, int64_t seconds,
                 std::string_view body) {
  const std::optional<std::string> key = KeyOf(secret);
  EXPECT_TRUE(key);
  return WebhookSignature({.v1 = {*key}}, id, absl::FromUnixSeconds(seconds), body);
}

// The first is the example of the specification's own libraries; both were computed by Python's
// hmac module.
TEST(WebhookSignatureTest, IsThatOfTheSpecification) {
  EXPECT_EQ(Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                 1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  EXPECT_EQ(
      Sign("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4"
           "OTo7PD0+Pw==",
           "deliveries/0011", 1700000000, "{\"title\":\"Zürich\"}"),
      "v1,z7GCHvVc/u/khNDvVuj0eETT097ay5TRAiPSh/tW/9E=");
}

TEST(WebhookSignatureTest, TimeIsInWholeSeconds) {
  const SigningKeys key = {.v1 = {std::string(32, 'k')},
                           .v1a = {Ed25519Signer(std::string(32, 'a'))}};
  const absl::Time time = absl::FromUnixSeconds(1'700'000'000);
  EXPECT_EQ(WebhookSignature(key, "id", time, "body"),
            WebhookSignature(key, "id", time + absl::Milliseconds(999), "body"));
  EXPECT_NE(WebhookSignature(key, "id", time, "body"),
            WebhookSignature(key, "id", time + absl::Seconds(1), "body"));
}

TEST(WebhookSignatureTest, SeveralKeysSignOneBehindTheOther) {
  const std::string a(32, 'a');
  const std::string b(32, 'b');
  const auto by = [](const SigningKeys& keys) {
    return WebhookSignature(keys, "id", absl::FromUnixSeconds(1'700'000'000), "body");
  };
  const Ed25519Signer c(a);
  const Ed25519Signer d(b);
  EXPECT_EQ(by({.v1 = {a, b}, .v1a = {d, c}}), by({.v1 = {a}}) + " " + by({.v1 = {b}}) + " " +
                                                   by({.v1a = {d}}) + " " + by({.v1a = {c}}));
  EXPECT_TRUE(by({.v1a = {c}}).starts_with("v1a,"));
}

TEST(KeyPairTest, APublicKeyIsThatOfItsPrivateKeyAndAnotherEachTime) {
  SeededRandom random(1);
  const KeyPair keys = MakeKeyPair(random);
  EXPECT_TRUE(keys.private_key.starts_with("whsk_"));
  const std::optional<Ed25519Signer> signer = SignerOf(keys.private_key);
  ASSERT_TRUE(signer);
  EXPECT_EQ(keys.public_key, "whpk_" + absl::Base64Escape(signer->public_key()));
  EXPECT_NE(MakeKeyPair(random).public_key, keys.public_key);
}

TEST(KeyPairTest, WhatIsNoPrivateKeyIsNone) {
  SeededRandom random(1);
  const KeyPair keys = MakeKeyPair(random);
  for (const std::string& key :
       {std::string(), std::string("whsk_"), keys.public_key, keys.private_key + "=",
        MakeSecret(random), "whsk_" + absl::Base64Escape(std::string(64, 'k'))}) {
    EXPECT_FALSE(SignerOf(key)) << key;
  }
}

}  // namespace
}  // namespace clusterwire::notification
