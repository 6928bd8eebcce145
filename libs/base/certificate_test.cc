#include "libs/base/certificate.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "libs/base/testing/certificates.h"
#include "libs/base/testing/status_matchers.h"

namespace clusterwire {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(CertificateTest, ItsNamesAndItsEndAreRead) {
  const absl::Time from = absl::FromUnixSeconds(1'700'000'000);
  const auto read = ReadCertificates(
      SelfSigned({.names = "DNS:map.example.org,URI:spiffe://example.org/ns/map,IP:192.0.2.1,"
                           "DNS:other.example.org",
                  .from = from,
                  .until = from + absl::Hours(24)})
          .certificate);
  ASSERT_THAT(read, IsOk());
  ASSERT_THAT(*read, SizeIs(1));
  EXPECT_THAT(read->front().hosts, ElementsAre("map.example.org", "other.example.org"));
  EXPECT_THAT(read->front().uris, ElementsAre("spiffe://example.org/ns/map"));
  EXPECT_EQ(read->front().not_before, from);
  EXPECT_EQ(read->front().not_after, from + absl::Hours(24));
  EXPECT_EQ(read->front().subject, "CN=test");
}

TEST(CertificateTest, AChainIsReadInItsOrder) {
  const TestAuthority authority;
  const auto read = ReadCertificates(
      absl::StrCat(authority.Issue({.names = "DNS:a"}).certificate, authority.certificate()));
  ASSERT_THAT(read, IsOk());
  ASSERT_THAT(*read, SizeIs(2));
  EXPECT_THAT(read->front().hosts, ElementsAre("a"));
  EXPECT_THAT(read->back().hosts, IsEmpty());
}

TEST(CertificateTest, WhatIsNoCertificateIsRefused) {
  const std::string pem = SelfSigned({.names = "DNS:a"}).certificate;
  std::string broken = pem;
  broken[60] = broken[60] == 'A' ? 'B' : 'A';
  broken.erase(100, 40);
  for (const std::string& text :
       {std::string(), std::string("garbage"), broken, absl::StrCat(pem, broken),
        SelfSigned({}).key, pem.substr(0, pem.size() / 2)}) {
    EXPECT_THAT(ReadCertificates(text), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
}

}  // namespace
}  // namespace clusterwire
