#include "services/notification/channels/email/mail_settings.h"

#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/config/load.h"

namespace clusterwire::notification {
namespace {

using testing::AllOf;

using Overrides = std::vector<std::pair<const char*, std::string>>;

constexpr char kLeast[] = R"(mail {
  server: "smtp.example.org:587" from: "Office@Example.org" sender_name: "Cluster Office"
  postal_line: "Street 1, 10115 Berlin" })";

absl::StatusOr<MailSettings> Read(const Overrides& overrides) {
  config::v1::NotificationConfig config;
  RETURN_IF_ERROR(config::ParseText("test", kLeast, &config));
  for (const auto& [path, value] : overrides) {
    RETURN_IF_ERROR(config::SetField(path, value, &config));
  }
  FieldErrors errors;
  const std::optional<MailSettings> settings = ReadMail(config, errors);
  RETURN_IF_ERROR(errors.ToStatus());
  return *settings;
}

TEST(MailSettings, HaveTheDefaultsThatTheContractStates) {
  const auto settings = Read({});
  ASSERT_THAT(settings, IsOk());
  const mail::Client::Options& server = settings->mailer.server;
  EXPECT_EQ(server.host, "smtp.example.org");
  EXPECT_EQ(server.port, 587);
  EXPECT_EQ(server.tls, mail::Client::Tls::kStartTls);
  EXPECT_EQ(server.helo, "example.org");
  EXPECT_EQ(server.connections, 8U);
  EXPECT_EQ(server.time_limit, absl::Seconds(60));
  EXPECT_EQ(settings->mailer.from, "Office@example.org");
  EXPECT_EQ(settings->bounce_address, "Office@example.org");
}

TEST(MailSettings, WithoutMailThereAreNone) {
  FieldErrors errors;
  EXPECT_FALSE(ReadMail({}, errors).has_value());
  EXPECT_TRUE(errors.empty());
}

TEST(MailSettings, AServerIsNamedInAnyWayThatLeadsThere) {
  EXPECT_EQ(Read({{"mail.server", "10.0.0.1:25"}})->mailer.server.host, "10.0.0.1");
  EXPECT_EQ(Read({{"mail.server", "[2001:db8::1]:25"}})->mailer.server.host, "2001:db8::1");
  EXPECT_EQ(Read({{"mail.tls", "TLS_IMPLICIT"}})->mailer.server.tls, mail::Client::Tls::kImplicit);
  EXPECT_EQ(Read({{"mail.tls", "TLS_NONE"}})->mailer.server.tls, mail::Client::Tls::kNone);
}

TEST(MailSettings, NameEveryOptionThatIsWrong) {
  for (const std::string server : {"", "smtp.example.org", ":587", "smtp.example.org:0",
                                   "smtp.example.org:99999", "a b:25", "user@host:25", "x/y:25"}) {
    EXPECT_THAT(Read({{"mail.server", server}}), HasFieldError("mail.server")) << server;
  }
  EXPECT_THAT(Read({{"mail.user", "office"},
                    {"mail.from", "office"},
                    {"mail.sender_name", ""},
                    {"mail.postal_line", "a\nb"},
                    {"mail.bounce_address", "a-very-long-mailbox-for-bounces@example.org"},
                    {"mail.helo", "two words"},
                    {"mail.connections", "1000"},
                    {"mail.timeout", "0.1s"},
                    {"mail.plain_networks", "10.0.0.0/99"}}),
              AllOf(HasFieldError("mail.password_file"), HasFieldError("mail.from"),
                    HasFieldError("mail.sender_name"), HasFieldError("mail.postal_line"),
                    HasFieldError("mail.bounce_address"), HasFieldError("mail.helo"),
                    HasFieldError("mail.connections"), HasFieldError("mail.timeout"),
                    HasFieldError("mail.plain_networks[0]")));
  EXPECT_THAT(Read({{"mail.password_file", "/x"}}), HasFieldError("mail.user"));
}

TEST(MailSettings, APasswordThatOthersCanReadIsRefused) {
  const TempDir folder;
  const std::string file = folder.File("password");
  std::ofstream(file) << "s3cret";
  const auto settings = Read({{"mail.user", "office"}, {"mail.password_file", file}});
  ASSERT_THAT(settings, IsOk());
  for (const auto& [mode, good] : {std::pair(0644, false), {0620, false}, {0600, true}}) {
    chmod(file.c_str(), static_cast<mode_t>(mode));
    FieldErrors errors;
    LookAtMailFiles(*settings, errors);
    EXPECT_EQ(errors.empty(), good) << mode;
  }
}

}  // namespace
}  // namespace clusterwire::notification
