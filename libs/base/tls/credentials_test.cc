#include "libs/base/tls/credentials.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>

#include "libs/base/testing/certificates.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/tls/session.h"

namespace clusterwire {
namespace {

using ::testing::HasSubstr;

class TlsCredentialsTest : public testing::Test {
 protected:
  const TestAuthority authority_;
  const KeyPair pair_ = authority_.Issue({.names = "DNS:localhost"});
};

TEST_F(TlsCredentialsTest, AKeyThatFitsItsCertificateIsTaken) {
  const auto made = TlsCredentials::Create(
      {.certificates = pair_.certificate, .key = pair_.key, .client_authorities = ""});
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ((*made)->authorities(), nullptr);
}

TEST_F(TlsCredentialsTest, TheEarliestEndOfTheWholeChainCounts) {
  const absl::Time soon = absl::FromTimeT(absl::ToTimeT(absl::Now() + absl::Minutes(5)));
  const KeyPair shorter = authority_.Issue({.until = soon});
  const auto made = TlsCredentials::Create(
      {.certificates = absl::StrCat(pair_.certificate, shorter.certificate),
       .key = pair_.key,
       .client_authorities = absl::StrCat(authority_.certificate(), shorter.certificate)});
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ((*made)->not_after(), soon);
  EXPECT_EQ((*made)->authorities()->not_after(), soon);
}

TEST_F(TlsCredentialsTest, AKeyOfAnotherCertificateIsRefused) {
  const absl::Status status =
      TlsCredentials::Create({.certificates = pair_.certificate, .key = authority_.Issue({}).key})
          .status();
  EXPECT_THAT(status, HasFieldError("key_file"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("doesn't fit"));
}

TEST_F(TlsCredentialsTest, GarbageAndHalvesAreRefusedByTheFileThatHoldsThem) {
  const std::string& certificate = pair_.certificate;
  const std::string& key = pair_.key;
  const std::string& authority = authority_.certificate();
  const auto half = [](const std::string& text) { return text.substr(0, text.size() / 2); };
  for (const std::string& bad : {std::string(), std::string("garbage"), half(certificate),
                                 absl::StrCat(certificate, half(certificate)), key}) {
    EXPECT_THAT(TlsCredentials::Create({.certificates = bad, .key = key}),
                HasFieldError("certificate_file"))
        << bad;
  }
  for (const std::string& bad : {std::string(), std::string("garbage"), half(key), certificate}) {
    EXPECT_THAT(TlsCredentials::Create({.certificates = certificate, .key = bad}),
                HasFieldError("key_file"))
        << bad;
  }
  for (const std::string& bad :
       {std::string("garbage"), half(authority), absl::StrCat(authority, half(authority))}) {
    EXPECT_THAT(TlsCredentials::Create(
                    {.certificates = certificate, .key = key, .client_authorities = bad}),
                HasFieldError("client_ca_file"))
        << bad;
  }
}

TEST_F(TlsCredentialsTest, ASessionEndsAtWhatIsNoTlsAndWaitsForWhatIsHalf) {
  const auto made = TlsCredentials::Create({.certificates = pair_.certificate, .key = pair_.key});
  ASSERT_THAT(made, IsOk());
  char plain[16];
  TlsSession half(*made);
  half.Feed(std::string_view("\x16\x03\x01", 3));
  EXPECT_EQ(half.Read(plain, sizeof plain), 0u);
  EXPECT_FALSE(half.Write("before the handshake"));
  TlsSession text(*made);
  text.Feed("GET /metrics HTTP/1.1\r\n\r\n");
  EXPECT_EQ(text.Read(plain, sizeof plain), std::nullopt);
}

}  // namespace
}  // namespace clusterwire
