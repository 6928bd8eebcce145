#include "libs/service/certificates.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>

#include "libs/base/testing/certificates.h"
#include "libs/base/testing/eventually.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/telemetry/log.h"

namespace clusterwire::service {
namespace {

using ::testing::HasSubstr;

class CertificatesTest : public ::testing::Test {
 protected:
  CertificatesTest() {
    Write(files_.certificate, first_.certificate);
    Write(files_.key, first_.key);
    Write(files_.client_ca, authority_.certificate());
    std::filesystem::permissions(files_.key, std::filesystem::perms(0600));
  }

  static void Write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
  }
  KeyPair Until(absl::Duration left) const {
    return authority_.Issue({.until = clock_.Now() + left});
  }
  void Load() {
    auto loaded = Certificates::Load(files_, metrics_, clock_, Random::System());
    ASSERT_THAT(loaded, IsOk());
    certificates_ = *std::move(loaded);
  }
  const std::string& shown() {
    current_ = certificates_->current();
    return current_->pem().certificates;
  }
  // Lets looks pass until `condition` holds.
  template <typename Condition>
  bool Passing(Condition condition) {
    return Eventually([&] {
      clock_.Advance(absl::Milliseconds(1001));
      return condition();
    });
  }
  Finding FindingOf(const std::string& part) {
    for (const Finding& finding : certificates_->Look()) {
      if (finding.part() == part) return finding;
    }
    return {};
  }

  TempDir folder_;
  FakeClock clock_{absl::Now()};
  telemetry::Metrics metrics_;
  const TestAuthority authority_;
  const KeyPair first_ = authority_.Issue({.until = clock_.Now() + absl::Hours(24 * 90)});
  TlsFiles files_ = {.certificate = folder_.File("tls.crt"),
                     .key = folder_.File("tls.key"),
                     .client_ca = folder_.File("ca.crt")};
  std::shared_ptr<const TlsCredentials> current_;
  std::unique_ptr<Certificates> certificates_;
};

TEST_F(CertificatesTest, AtTheStartABadFileIsAnErrorByItsOption) {
  Write(files_.key, authority_.Issue({}).key);
  EXPECT_THAT(Certificates::Load(files_, metrics_, clock_, Random::System()),
              HasFieldError("listen.tls.key_file"));
  Write(files_.key, first_.key);
  Write(files_.client_ca, "");
  EXPECT_THAT(Certificates::Load(files_, metrics_, clock_, Random::System()),
              HasFieldError("listen.tls.client_ca_file"));
  std::filesystem::remove(files_.certificate);
  EXPECT_THAT(Certificates::Load(files_, metrics_, clock_, Random::System()),
              HasFieldError("listen.tls.certificate_file"));
}

TEST_F(CertificatesTest, AKeyThatOthersMayReadIsRefused) {
  std::filesystem::permissions(files_.key, std::filesystem::perms(0604));
  const auto loaded = Certificates::Load(files_, metrics_, clock_, Random::System());
  EXPECT_THAT(loaded, HasFieldError("listen.tls.key_file"));
  EXPECT_THAT(std::string(loaded.status().message()), HasSubstr("chmod 600"));
}

TEST_F(CertificatesTest, FilesThatAreRewrittenAreTakenWithoutARestart) {
  Load();
  const KeyPair next = Until(absl::Hours(24 * 60));
  Write(files_.certificate, next.certificate);
  Write(files_.key, next.key);
  const TestAuthority clients;
  Write(files_.client_ca, clients.certificate());
  ASSERT_TRUE(Passing([&] {
    return shown() == next.certificate &&
           current_->pem().client_authorities == clients.certificate();
  }));
  EXPECT_EQ(FindingOf("certificate").severity(), Finding::SEVERITY_OK);
}

TEST_F(CertificatesTest, AFolderThatIsSwappedBehindALinkIsTaken) {
  const auto place = [&](const std::string& folder, const KeyPair& pair) {
    std::filesystem::create_directory(folder_.File(folder));
    Write(folder_.File(folder + "/tls.crt"), pair.certificate);
    Write(folder_.File(folder + "/tls.key"), pair.key);
    std::filesystem::permissions(folder_.File(folder + "/tls.key"), std::filesystem::perms(0600));
    ASSERT_EQ(symlink(folder.c_str(), folder_.File("..tmp").c_str()), 0);
    std::filesystem::rename(folder_.File("..tmp"), folder_.File("..data"));
  };
  place("one", first_);
  files_.certificate = folder_.File("..data/tls.crt");
  files_.key = folder_.File("..data/tls.key");
  Load();
  const KeyPair next = Until(absl::Hours(24 * 60));
  place("two", next);
  EXPECT_TRUE(Passing([&] { return shown() == next.certificate; }));
}

TEST_F(CertificatesTest, WhatCannotBeUsedReplacesNothingAndIsFoundUntilItIsMended) {
  Load();
  const auto broken = [&](const std::string& part) {
    return FindingOf(part).severity() == Finding::SEVERITY_ERROR;
  };
  const std::string half = first_.certificate.substr(0, first_.certificate.size() / 2);
  struct Case {
    std::string path, good, part, other;
  };
  for (const Case& at :
       {Case{files_.certificate, first_.certificate, "certificate", "client_ca"},
        Case{files_.key, first_.key, "certificate", "client_ca"},
        Case{files_.client_ca, authority_.certificate(), "client_ca", "certificate"}}) {
    for (const std::string& bad : {std::string("garbage"), half, std::string()}) {
      Write(at.path, bad);
      ASSERT_TRUE(Passing([&] { return broken(at.part); })) << at.path << bad;
      EXPECT_EQ(shown(), first_.certificate);
      EXPECT_EQ(current_->pem().client_authorities, authority_.certificate());
      EXPECT_THAT(FindingOf(at.part).finding(), HasSubstr("the earlier ones go on"));
      EXPECT_FALSE(broken(at.other));
      Write(at.path, at.good);
      ASSERT_TRUE(Passing([&] { return !broken(at.part); })) << at.path << bad;
    }
  }
  Write(files_.key, authority_.Issue({}).key);
  ASSERT_TRUE(Passing([&] { return broken("certificate"); }));
  EXPECT_THAT(FindingOf("certificate").finding(), HasSubstr("listen.tls.key_file"));
  std::filesystem::remove(files_.key);
  ASSERT_TRUE(Passing([&] {
    return FindingOf("certificate").finding().find("can't be read") != std::string::npos;
  }));
  EXPECT_EQ(shown(), first_.certificate);
}

TEST_F(CertificatesTest, AuthoritiesAreExchangedThoughTheCertificateIsBadAndTheOtherWayRound) {
  Load();
  const TestAuthority clients;
  Write(files_.key, "garbage");
  Write(files_.client_ca, clients.certificate());
  ASSERT_TRUE(Passing(
      [&] { return certificates_->current()->pem().client_authorities == clients.certificate(); }));
  EXPECT_EQ(shown(), first_.certificate);
  const KeyPair next = Until(absl::Hours(24 * 60));
  Write(files_.client_ca, "garbage");
  Write(files_.certificate, next.certificate);
  Write(files_.key, next.key);
  ASSERT_TRUE(Passing([&] { return shown() == next.certificate; }));
  EXPECT_EQ(current_->pem().client_authorities, clients.certificate());
}

TEST_F(CertificatesTest, OneThatHasEndedReplacesNoneThatHolds) {
  Load();
  const KeyPair ended = authority_.Issue(
      {.from = clock_.Now() - absl::Hours(2), .until = clock_.Now() - absl::Hours(1)});
  Write(files_.certificate, ended.certificate);
  Write(files_.key, ended.key);
  ASSERT_TRUE(Passing(
      [&] { return FindingOf("certificate").finding().find("that ended") != std::string::npos; }));
  EXPECT_EQ(shown(), first_.certificate);
}

TEST_F(CertificatesTest, TheLogSaysOnceWhatIsWrongAndOnceThatItIsMended) {
  Mutex mutex;
  std::string log;
  const telemetry::LogRedirect redirect([&](std::string_view line) {
    MutexLock lock(mutex);
    log += line;
  });
  const auto count = [&](std::string_view text) {
    MutexLock lock(mutex);
    int found = 0;
    for (size_t at = log.find(text); at != log.npos; at = log.find(text, at + 1)) ++found;
    return found;
  };
  Load();
  Write(files_.key, "garbage");
  ASSERT_TRUE(Passing([&] { return count("can't be used") > 0; }));
  for (int look = 0; look < 5; ++look) clock_.Advance(absl::Seconds(1));
  Write(files_.key, first_.key);
  ASSERT_TRUE(Passing([&] { return count("in use again") > 0; }));
  certificates_ = nullptr;
  EXPECT_EQ(count("can't be used"), 1);
  EXPECT_EQ(count("in use again"), 1);
}

TEST_F(CertificatesTest, AnEndIsWarnedOfFourteenDaysBeforeAndAnErrorWhenItIsPast) {
  const KeyPair soon = Until(absl::Hours(24 * 15));
  Write(files_.certificate, soon.certificate);
  Write(files_.key, soon.key);
  Write(files_.client_ca, soon.certificate);
  Load();
  EXPECT_EQ(FindingOf("certificate").severity(), Finding::SEVERITY_OK);
  EXPECT_EQ(FindingOf("client_ca").severity(), Finding::SEVERITY_OK);
  clock_.Advance(absl::Hours(25));
  EXPECT_EQ(FindingOf("certificate").severity(), Finding::SEVERITY_WARNING);
  EXPECT_EQ(FindingOf("client_ca").severity(), Finding::SEVERITY_WARNING);
  clock_.Advance(absl::Hours(24 * 14));
  EXPECT_EQ(FindingOf("certificate").severity(), Finding::SEVERITY_ERROR);
  EXPECT_EQ(FindingOf("client_ca").severity(), Finding::SEVERITY_ERROR);
}

TEST_F(CertificatesTest, TheEndIsAMetric) {
  Load();
  const int64_t end = absl::ToUnixSeconds(certificates_->current()->not_after());
  EXPECT_THAT(metrics_.Render(),
              HasSubstr(absl::StrCat(
                  "clusterwire_tls_certificate_end_seconds{file=\"certificate\"} ", end)));
}

}  // namespace
}  // namespace clusterwire::service
