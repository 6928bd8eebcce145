#include "libs/identity/certificates.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "libs/base/testing/certificates.h"
#include "libs/base/testing/status_matchers.h"

namespace clusterwire::identity {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CertificatesTest : public testing::Test {
 protected:
  CertificatesTest() { Believe(authority_.certificate()); }

  // From now on these are the authorities.
  void Believe(const std::string& authorities) {
    const KeyPair own = authority_.Issue({});
    const auto made = TlsCredentials::Create(
        {.certificates = own.certificate, .key = own.key, .client_authorities = authorities});
    ASSERT_THAT(made, IsOk());
    tls_ = *made;
  }
  std::string Issued(const std::string& names) const {
    return authority_.Issue({.names = names}).certificate;
  }
  Certificates For(std::vector<std::string> patterns) {
    return Certificates(std::move(patterns), [this] { return tls_; });
  }

  const TestAuthority authority_;
  std::shared_ptr<const TlsCredentials> tls_;
};

TEST_F(CertificatesTest, TheSpiffeIdComesBeforeTheHosts) {
  Certificates certificates = For({"spiffe://example.org/ns/map/*", "dns:map.example.org"});
  EXPECT_THAT(
      certificates.SubjectOf(Issued("DNS:map.example.org,URI:spiffe://example.org/ns/map/sa/page"),
                             "", absl::Now()),
      IsOkAndHolds("spiffe://example.org/ns/map/sa/page"));
  EXPECT_THAT(certificates.SubjectOf(Issued("URI:https://example.org/,DNS:Map.Example.org"), "",
                                     absl::Now()),
              IsOkAndHolds("dns:map.example.org"));
}

TEST_F(CertificatesTest, OneThatNoPatternTakesInIsRefusedAndNeverThePublic) {
  Certificates certificates = For({"spiffe://example.org/ns/map/*", "dns:map.example.org"});
  for (const char* names :
       {"", "DNS:other.example.org", "DNS:*.example.org", "URI:spiffe://example.org/ns/mapped/x",
        // A SPIFFE id that is unknown isn't looked away from.
        "DNS:map.example.org,URI:spiffe://elsewhere.org/ns/map", "email:map@example.org"}) {
    const auto subject = certificates.SubjectOf(Issued(names), "", absl::Now());
    EXPECT_THAT(subject, StatusIs(absl::StatusCode::kUnauthenticated, Not(HasSubstr("other"))));
    EXPECT_THAT(subject, ReasonIs("CERTIFICATE_UNKNOWN")) << names;
  }
}

TEST_F(CertificatesTest, SeveralSpiffeIdsAreRefused) {
  Certificates certificates = For({"spiffe://example.org/*"});
  EXPECT_THAT(certificates.SubjectOf(
                  Issued("URI:spiffe://example.org/a,URI:spiffe://example.org/b"), "", absl::Now()),
              ReasonIs("CERTIFICATE_AMBIGUOUS"));
}

TEST_F(CertificatesTest, ItEndsInMidConnection) {
  Certificates certificates = For({"dns:a.example.org"});
  const absl::Time from = absl::FromTimeT(absl::ToTimeT(absl::Now()));
  const absl::Time end = from + absl::Minutes(10);
  const std::string pem =
      authority_.Issue({.names = "DNS:a.example.org", .from = from, .until = end}).certificate;
  EXPECT_THAT(certificates.SubjectOf(pem, "", from - absl::Seconds(1)),
              ReasonIs("CERTIFICATE_NOT_YET_VALID"));
  EXPECT_THAT(certificates.SubjectOf(pem, "", end - absl::Seconds(1)), IsOk());
  EXPECT_TRUE(certificates.Known(pem, end - absl::Seconds(1)).has_value());
  EXPECT_FALSE(certificates.Known(pem, end).has_value());
  EXPECT_THAT(certificates.SubjectOf(pem, "", end), ReasonIs("CERTIFICATE_EXPIRED"));
}

TEST_F(CertificatesTest, AnAuthorityThatIsTakenOutVouchesNoMore) {
  Certificates certificates = For({"dns:a.example.org"});
  const TestAuthority other;
  const std::string pem = Issued("DNS:a.example.org");
  Believe(absl::StrCat(other.certificate(), authority_.certificate()));
  EXPECT_FALSE(certificates.Known(pem, absl::Now()).has_value()) << "it isn't read yet";
  EXPECT_THAT(certificates.SubjectOf(pem, "", absl::Now()), IsOk());
  EXPECT_TRUE(certificates.Known(pem, absl::Now()).has_value());
  Believe(other.certificate());
  EXPECT_FALSE(certificates.Known(pem, absl::Now()).has_value());
  EXPECT_THAT(certificates.SubjectOf(pem, "", absl::Now()), ReasonIs("CERTIFICATE_UNTRUSTED"));
  Believe(authority_.certificate());
  EXPECT_THAT(certificates.SubjectOf(pem, "", absl::Now()), IsOk());
  tls_ = nullptr;
  EXPECT_FALSE(certificates.Known(pem, absl::Now()).has_value());
  EXPECT_THAT(certificates.SubjectOf(pem, "", absl::Now()), ReasonIs("CERTIFICATE_UNTRUSTED"));
}

TEST_F(CertificatesTest, AnAuthorityThatEndsVouchesNoMoreAndOneThatFollowsItDoes) {
  Certificates certificates = For({"dns:a.example.org"});
  const absl::Time end = absl::Now() + absl::Minutes(10);
  const TestAuthority ends({.until = end}, &authority_);
  const std::string pem = ends.Issue({.names = "DNS:a.example.org"}).certificate;
  EXPECT_THAT(certificates.SubjectOf(pem, ends.certificate(), absl::Now()), IsOk());
  EXPECT_THAT(certificates.SubjectOf(pem, "", absl::Now()), IsOk())
      << "a session that is resumed doesn't show it again";
  EXPECT_THAT(certificates.SubjectOf(pem, "", end + absl::Seconds(1)),
              ReasonIs("CERTIFICATE_UNTRUSTED"));
}

TEST_F(CertificatesTest, GarbageIsRefused) {
  Certificates certificates = For({"dns:a"});
  EXPECT_THAT(certificates.SubjectOf("garbage", "", absl::Now()),
              ReasonIs("CERTIFICATE_MALFORMED"));
}

}  // namespace
}  // namespace clusterwire::identity
