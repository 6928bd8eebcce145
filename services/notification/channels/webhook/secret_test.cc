#include "services/notification/channels/webhook/secret.h"

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

}  // namespace
}  // namespace clusterwire::notification
