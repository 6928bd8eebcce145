#include "libs/service/caller_settings.h"

#include <fstream>
#include <map>

#include <gmock/gmock.h>

#include "libs/base/testing/eventually.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/identity/testing/asked.h"
#include "libs/identity/testing/signer.h"

namespace clusterwire::service {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class CallerSettingsTest : public testing::Test {
 protected:
  identity::Identity& Start() {
    identity::Options options;
    options.issuers = {{.name = "corp",
                        .issuer = "https://id",
                        .audience = "cw",
                        .jwks_file = folder_.File("keys.json")}};
    identity_.emplace(options, nullptr, clock_, Random::System(), metrics_);
    return *identity_;
  }
  std::map<std::string, Finding> Look() {
    std::map<std::string, Finding> found;
    const Findings findings = LookAtIssuers(*identity_);
    for (const Finding& finding : findings) found[finding.part()] = finding;
    return found;
  }
  void Publish(const std::string& text) { std::ofstream(folder_.File("keys.json")) << text; }
  bool Becomes(Finding::Severity severity) {
    return Eventually([&] {
      clock_.Advance(absl::Seconds(1));
      return Look()["issuers/corp"].severity() == severity;
    });
  }

  FakeClock clock_;
  telemetry::Metrics metrics_;
  TempDir folder_;
  const identity::Signer signer_{"ES256"};
  std::optional<identity::Identity> identity_;
};

TEST_F(CallerSettingsTest, DiagnoseSaysWhetherAnIssuersKeysCanBeRead) {
  Start();
  ASSERT_TRUE(Becomes(Finding::SEVERITY_ERROR));
  EXPECT_THAT(Look()["issuers/corp"].finding(), HasSubstr("all of its tokens are refused"));
  Publish(identity::KeySetOf({signer_.public_key()}));
  ASSERT_TRUE(Becomes(Finding::SEVERITY_OK));
  EXPECT_THAT(Look()["issuers/corp"].finding(), HasSubstr("1 keys"));
  Publish("garbage");
  ASSERT_TRUE(Becomes(Finding::SEVERITY_ERROR));
  EXPECT_THAT(Look()["issuers/corp"].finding(),
              AllOf(HasSubstr("can't be read since"), HasSubstr("1 keys of")));
  Publish(R"({"keys":[{"kty":"oct","k":"AAAA"}]})");
  ASSERT_TRUE(Becomes(Finding::SEVERITY_WARNING));
  EXPECT_THAT(Look()["issuers/corp"].finding(), HasSubstr("are believed until"));
  clock_.Advance(identity::KeySource::kMaxAge);
  EXPECT_THAT(Look()["issuers/corp"].finding(), HasSubstr("are believed no more"));
}

TEST_F(CallerSettingsTest, DiagnoseSaysThatClocksDifferAndByHowMuch) {
  Publish(identity::KeySetOf({signer_.public_key()}));
  const int64_t now = absl::ToUnixSeconds(clock_.Now());
  const std::string token = signer_.Sign(
      {{"iss", "https://id"}, {"aud", "cw"}, {"sub", "a"}, {"iat", now + 40}, {"exp", now + 600}});
  ASSERT_TRUE(identity::Asked(Start(), identity::WithToken(token)).answer().ok());
  EXPECT_EQ(Look()["clocks/corp"].severity(), Finding::SEVERITY_WARNING);
  EXPECT_THAT(Look()["clocks/corp"].finding(), HasSubstr("by up to 40s"));
}

}  // namespace
}  // namespace clusterwire::service
