#include "libs/base/tls/authorities.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>

#include "libs/base/testing/certificates.h"
#include "libs/base/testing/status_matchers.h"

namespace clusterwire {
namespace {

using ::testing::HasSubstr;

class AuthoritiesTest : public testing::Test {
 protected:
  static std::shared_ptr<const Authorities> Of(const std::string& pem) {
    auto read = Authorities::Read(pem);
    EXPECT_THAT(read, IsOk());
    return *read;
  }
  static absl::Time Seconds(absl::Time time) { return absl::FromTimeT(absl::ToTimeT(time)); }

  const absl::Time now_ = absl::Now();
  const TestAuthority root_, other_;
};

TEST_F(AuthoritiesTest, OneThatSignedACertificateVouchesForItUntilTheEarlierOfTheirEnds) {
  const absl::Time end = Seconds(now_ + absl::Minutes(5));
  const KeyPair pair = root_.Issue({.until = end});
  const auto both = Of(absl::StrCat(other_.certificate(), root_.certificate()));
  const auto period = both->Vouch(pair.certificate, "", now_);
  ASSERT_THAT(period, IsOk());
  EXPECT_EQ(period->not_after, end);
  EXPECT_LE(period->not_before, now_);
  const TestAuthority shorter({.until = end - absl::Minutes(1)});
  const auto vouched =
      Of(shorter.certificate())->Vouch(shorter.Issue({.until = end}).certificate, "", now_);
  ASSERT_THAT(vouched, IsOk());
  EXPECT_EQ(vouched->not_after, end - absl::Minutes(1));
}

TEST_F(AuthoritiesTest, NobodyElseVouchesAndNobodyOutOfTime) {
  const KeyPair pair = root_.Issue({});
  const auto theirs = Of(root_.certificate());
  EXPECT_THAT(Of(other_.certificate())->Vouch(pair.certificate, "", now_),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("issuer cert")));
  EXPECT_THAT(theirs->Vouch(SelfSigned({}).certificate, "", now_),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  for (const absl::Duration off : {absl::Hours(2), -absl::Hours(2)}) {
    EXPECT_THAT(theirs->Vouch(pair.certificate, "", now_ + off),
                StatusIs(absl::StatusCode::kFailedPrecondition));
  }
  for (const char* bad : {"", "garbage"}) {
    EXPECT_THAT(theirs->Vouch(bad, "", now_), StatusIs(absl::StatusCode::kFailedPrecondition));
  }
}

TEST_F(AuthoritiesTest, TheWayMayGoByThoseThatTheClientShows) {
  const TestAuthority between({}, &root_);
  const KeyPair pair = between.Issue({});
  EXPECT_THAT(Of(root_.certificate())->Vouch(pair.certificate, between.certificate(), now_),
              IsOk());
  EXPECT_THAT(Of(root_.certificate())->Vouch(pair.certificate, "", now_),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Of(other_.certificate())->Vouch(pair.certificate, between.certificate(), now_),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Of(between.certificate())->Vouch(pair.certificate, "", now_), IsOk())
      << "one in the middle that stands in the file is believed by itself";
}

}  // namespace
}  // namespace clusterwire
