#include "libs/identity/certificates.h"

#include <gmock/gmock.h>

#include "libs/base/testing/certificates.h"
#include "libs/base/testing/status_matchers.h"

namespace clusterwire::identity {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Issued(const std::string& names) { return SelfSigned({.names = names}).certificate; }

TEST(CertificatesTest, TheSpiffeIdComesBeforeTheHosts) {
  Certificates certificates({"spiffe://example.org/ns/map/*", "dns:map.example.org"});
  EXPECT_THAT(
      certificates.SubjectOf(Issued("DNS:map.example.org,URI:spiffe://example.org/ns/map/sa/page"),
                             absl::Now()),
      IsOkAndHolds("spiffe://example.org/ns/map/sa/page"));
  EXPECT_THAT(
      certificates.SubjectOf(Issued("URI:https://example.org/,DNS:Map.Example.org"), absl::Now()),
      IsOkAndHolds("dns:map.example.org"));
}

TEST(CertificatesTest, OneThatNoPatternTakesInIsRefusedAndNeverThePublic) {
  Certificates certificates({"spiffe://example.org/ns/map/*", "dns:map.example.org"});
  for (const char* names :
       {"", "DNS:other.example.org", "DNS:*.example.org", "URI:spiffe://example.org/ns/mapped/x",
        // A SPIFFE id that is unknown isn't looked away from.
        "DNS:map.example.org,URI:spiffe://elsewhere.org/ns/map", "email:map@example.org"}) {
    const auto subject = certificates.SubjectOf(Issued(names), absl::Now());
    EXPECT_THAT(subject, StatusIs(absl::StatusCode::kUnauthenticated, Not(HasSubstr("other"))));
    EXPECT_THAT(subject, ReasonIs("CERTIFICATE_UNKNOWN")) << names;
  }
}

TEST(CertificatesTest, SeveralSpiffeIdsAreRefused) {
  Certificates certificates({"spiffe://example.org/*"});
  EXPECT_THAT(certificates.SubjectOf(
                  Issued("URI:spiffe://example.org/a,URI:spiffe://example.org/b"), absl::Now()),
              ReasonIs("CERTIFICATE_AMBIGUOUS"));
}

TEST(CertificatesTest, ItEndsInMidConnection) {
  Certificates certificates({"dns:a.example.org"});
  const absl::Time from = absl::FromUnixSeconds(1'700'000'000);
  const std::string pem =
      SelfSigned({.names = "DNS:a.example.org", .from = from, .until = from + absl::Hours(1)})
          .certificate;
  EXPECT_THAT(certificates.SubjectOf(pem, from - absl::Seconds(1)),
              ReasonIs("CERTIFICATE_NOT_YET_VALID"));
  EXPECT_THAT(certificates.SubjectOf(pem, from + absl::Hours(1)), IsOk());
  EXPECT_THAT(certificates.SubjectOf(pem, from + absl::Hours(1) + absl::Seconds(1)),
              ReasonIs("CERTIFICATE_EXPIRED"));
}

TEST(CertificatesTest, GarbageIsRefused) {
  Certificates certificates({"dns:a"});
  EXPECT_THAT(certificates.SubjectOf("garbage", absl::Now()), ReasonIs("CERTIFICATE_MALFORMED"));
}

}  // namespace
}  // namespace clusterwire::identity
