#include "services/notification/channels/email/mail_settings.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "libs/base/files/file.h"
#include "libs/base/files/private_file.h"
#include "libs/base/net/ip_address.h"
#include "libs/base/text/strings.h"
#include "libs/http/url.h"
#include "libs/service/settings.h"
#include "libs/text/email.h"
#include "libs/text/form.h"

namespace clusterwire::notification {
namespace {

using config::v1::Mail;

constexpr int kMaxPort = 65'535;
constexpr size_t kMaxLine = 200;  // characters of the sender's name and address

// A name on the Internet or an address, as web addresses hold them.
bool IsHost(const std::string& host) {
  const bool is_v6 = host.find(':') != std::string::npos;
  const std::string url =
      absl::StrCat("https://", is_v6 ? absl::StrCat("[", host, "]") : host, "/");
  const absl::StatusOr<http::Url> parsed = http::Url::Parse(url);
  return parsed.ok() && parsed->host == host;
}

void ReadServer(const Mail& mail, mail::Client::Options& server, FieldErrors& errors) {
  const std::string& text = mail.server();
  const size_t colon = text.rfind(':');
  server.host = text.substr(0, colon == std::string::npos ? text.size() : colon);
  if (server.host.size() > 2 && server.host.front() == '[' && server.host.back() == ']') {
    server.host = server.host.substr(1, server.host.size() - 2);
  }
  const bool ported = colon != std::string::npos &&
                      absl::SimpleAtoi(text.substr(colon + 1), &server.port) && server.port > 0 &&
                      server.port <= kMaxPort;
  if (!ported || !IsHost(server.host)) {
    errors.Add("mail.server",
               "must be a host and its port: \"smtp.example.org:587\", \"[2001:db8::1]:25\"");
  }
}

void ReadEncryption(const Mail& mail, mail::Client::Options& server, FieldErrors& errors) {
  switch (mail.tls()) {
    case Mail::TLS_IMPLICIT:
      server.tls = mail::Client::Tls::kImplicit;
      break;
    case Mail::TLS_NONE:
      server.tls = mail::Client::Tls::kNone;
      break;
    default:
      server.tls = mail::Client::Tls::kStartTls;
  }
  server.ca_file = mail.ca_file();
  for (int i = 0; i < mail.plain_networks_size(); ++i) {
    const absl::StatusOr<IpRange> range = IpRange::Parse(mail.plain_networks(i));
    errors.AddAll(absl::StrCat("mail.plain_networks[", i, "]"), range.status());
    if (range.ok()) server.plain_networks.push_back(*range);
  }
}

void ReadLogin(const Mail& mail, mail::Client::Options& server, FieldErrors& errors) {
  server.user = mail.user();
  server.password_file = mail.password_file();
  if (mail.user().empty() != mail.password_file().empty()) {
    errors.Add(mail.user().empty() ? "mail.user" : "mail.password_file",
               "is required, since the other of the two is there: mail.user, mail.password_file");
  }
}

std::string ReadAddress(std::string_view path, const std::string& text, FieldErrors& errors) {
  if (!text.empty()) return text::InForm(text, type::v1::FORM_EMAIL, path, errors);
  errors.Add(path, "is required: an address like notices@example.org");
  return "";
}

std::string ReadLine(std::string_view path, const std::string& text, FieldErrors& errors) {
  std::string line = text::InForm(text, type::v1::FORM_LINE, path, errors);
  if (line.empty() || Utf8Length(line).value_or(kMaxLine + 1) > kMaxLine) {
    errors.Add(path, absl::StrCat("is required: one line of at most ", kMaxLine, " characters"));
  }
  return line;
}

std::string ReadBounceAddress(const Mail& mail, const std::string& from, FieldErrors& errors) {
  constexpr char kPath[] = "mail.bounce_address";
  const std::string address =
      mail.bounce_address().empty() ? from : ReadAddress(kPath, mail.bounce_address(), errors);
  const size_t mailbox = address.rfind('@');
  const bool ascii = std::ranges::all_of(
      address, [](char c) { return absl::ascii_isprint(static_cast<unsigned char>(c)); });
  if (mailbox != std::string::npos && (mailbox > BounceAddress::kMaxMailbox || !ascii)) {
    errors.Add(kPath,
               absl::StrCat("must have at most ", BounceAddress::kMaxMailbox,
                            " letters before its \"@\", since a token follows them; where it "
                            "is left out, mail.from is meant"));
  }
  return address;
}

}  // namespace

std::optional<MailSettings> ReadMail(const config::v1::NotificationConfig& config,
                                     FieldErrors& errors) {
  if (!config.has_mail()) return std::nullopt;
  const Mail& mail = config.mail();
  MailSettings settings;
  mail::Client::Options& server = settings.mailer.server;
  ReadServer(mail, server, errors);
  ReadEncryption(mail, server, errors);
  ReadLogin(mail, server, errors);
  settings.mailer.from = ReadAddress("mail.from", mail.from(), errors);
  settings.mailer.sender_name = ReadLine("mail.sender_name", mail.sender_name(), errors);
  settings.mailer.postal_line = ReadLine("mail.postal_line", mail.postal_line(), errors);
  settings.bounce_address = ReadBounceAddress(mail, settings.mailer.from, errors);
  server.helo =
      mail.helo().empty() ? std::string(text::EmailDomain(settings.mailer.from)) : mail.helo();
  if (!mail.helo().empty() && !IsHost(mail.helo())) {
    errors.Add("mail.helo", "must be a name on the Internet: \"clusterwire.example.org\"");
  }
  server.connections = static_cast<size_t>(
      service::ReadNumber(errors, "mail.connections", mail.connections(), 100, 8));
  server.time_limit =
      service::ReadDuration(errors, "mail.timeout", mail.has_timeout(), mail.timeout(),
                            absl::Seconds(1), absl::Minutes(10), absl::Seconds(60));
  return settings;
}

void LookAtMailFiles(const MailSettings& settings, FieldErrors& errors) {
  constexpr size_t kMaxAuthorities = 4 << 20;
  const mail::Client::Options& server = settings.mailer.server;
  const auto look = [&](std::string_view option, const std::string& file, size_t limit,
                        bool secret) {
    if (file.empty() || access(file.c_str(), F_OK) != 0) return;
    const auto check = [&](const struct stat& found) {
      return secret ? CheckPrivate(file, found) : absl::OkStatus();
    };
    errors.AddAll(option, ReadFile(file, limit, check).status());
  };
  look("mail.password_file", server.password_file, mail::Client::kPasswordBytes, /*secret=*/true);
  look("mail.ca_file", server.ca_file, kMaxAuthorities, /*secret=*/false);
}

}  // namespace clusterwire::notification
