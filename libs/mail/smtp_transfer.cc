#include "libs/mail/smtp_transfer.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include <sys/socket.h>

#include "libs/base/files/file.h"
#include "libs/base/files/private_file.h"
#include "libs/base/net/ip_address.h"
#include "libs/base/text/strings.h"
#include "libs/http/transfer_setup.h"

namespace clusterwire::mail {
namespace {

constexpr size_t kAnswerBytes = 500;
constexpr long kGoodbyeSeconds = 1;

void Append(Handle<curl_slist, curl_slist_free_all>& list, const std::string& line) {
  list.reset(curl_slist_append(list.release(), line.c_str()));
}

void SetPart(curl_mimepart* part, const std::string& content, const std::string& type,
             const char* encoder) {
  curl_mime_data(part, content.data(), content.size());
  curl_mime_type(part, type.c_str());
  curl_mime_encoder(part, encoder);
}

}  // namespace

CURL* SmtpTransfer::Prepare() {
  const absl::Duration left = std::min(options_.time_limit, message_.deadline - clock_.Uptime());
  if (left <= absl::ZeroDuration()) {
    callback_({.kind = SendResult::Kind::kNoPlace,
               .answer = "its time was over before a connection was free"});
    return nullptr;
  }
  SetUpServer();
  SetUpMail();
  http::SetLimits(easy_.get(),
                  {.total = left, .connect = options_.connect_limit, .idle = options_.idle_limit});
  return SetUpLogin() ? easy_.get() : nullptr;
}

void SmtpTransfer::Fail(std::string_view why) {
  callback_({.kind = SendResult::Kind::kServerAway, .answer = std::string(why)});
}

void SmtpTransfer::SetUpServer() {
  const bool implicit = options_.tls == Client::Tls::kImplicit;
  const bool is_v6 = options_.host.find(':') != std::string::npos;
  const std::string host = is_v6 ? absl::StrCat("[", options_.host, "]") : options_.host;
  // What follows the slash is what curl says behind EHLO.
  Set(CURLOPT_URL,
      absl::StrCat(implicit ? "smtps" : "smtp", "://", host, ":", options_.port, "/", options_.helo)
          .c_str());
  Set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  Set(CURLOPT_PROXY, "");  // one from the environment would see every mail
  Set(CURLOPT_OPENSOCKETFUNCTION, &SmtpTransfer::OnSocket);
  Set(CURLOPT_OPENSOCKETDATA, this);
  Set(CURLOPT_CLOSESOCKETFUNCTION, &SmtpTransfer::OnClose);
  Set(CURLOPT_CLOSESOCKETDATA, &sockets_);
  Set(CURLOPT_HEADERFUNCTION, &SmtpTransfer::OnAnswer);
  Set(CURLOPT_HEADERDATA, this);
  // What is said to the server tells how far the mail has come.
  Set(CURLOPT_VERBOSE, 1L);
  Set(CURLOPT_DEBUGFUNCTION, &SmtpTransfer::OnTold);
  Set(CURLOPT_DEBUGDATA, this);
  Set(CURLOPT_ERRORBUFFER, error_);
  if (options_.tls == Client::Tls::kNone) return;
  Set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  http::SetCertificateChecks(easy_.get(), options_.ca_file);
}

void SmtpTransfer::AddTexts(curl_mime* alternatives) const {
  SetPart(curl_mime_addpart(alternatives), WithLineEnds(message_.text), "text/plain; charset=utf-8",
          "quoted-printable");
  if (!message_.html.empty()) {
    SetPart(curl_mime_addpart(alternatives), WithLineEnds(message_.html),
            "text/html; charset=utf-8", "quoted-printable");
  }
  for (const Attachment& attachment : message_.attachments) {
    if (!attachment.alternative) continue;
    SetPart(curl_mime_addpart(alternatives), WithLineEnds(attachment.content), attachment.type,
            "quoted-printable");
  }
}

void SmtpTransfer::SetUpMail() {
  for (const auto& [name, value] : message_.headers)
    Append(headers_, absl::StrCat(name, ": ", value));
  mime_.reset(curl_mime_init(easy_.get()));
  if (message_.attachments.empty()) {
    Append(headers_, "Content-Type: multipart/alternative");
    AddTexts(mime_.get());
  } else {
    curl_mime* const texts = curl_mime_init(easy_.get());
    AddTexts(texts);
    curl_mimepart* const first = curl_mime_addpart(mime_.get());
    curl_mime_subparts(first, texts);  // `first` owns them now
    curl_mime_type(first, "multipart/alternative");
    for (const Attachment& attachment : message_.attachments) {
      curl_mimepart* const part = curl_mime_addpart(mime_.get());
      SetPart(part, attachment.content, attachment.type, "base64");
      curl_mime_filename(part, attachment.file.c_str());
    }
  }
  Append(recipients_, absl::StrCat("<", message_.to, ">"));
  Set(CURLOPT_HTTPHEADER, headers_.get());
  Set(CURLOPT_MIMEPOST, mime_.get());
  Set(CURLOPT_MAIL_FROM, absl::StrCat("<", message_.from, ">").c_str());
  Set(CURLOPT_MAIL_RCPT, recipients_.get());
}

bool SmtpTransfer::SetUpLogin() {
  if (options_.user.empty()) return true;
  const absl::StatusOr<std::string> password = ReadFile(
      options_.password_file, Client::kPasswordBytes,
      [this](const struct stat& found) { return CheckPrivate(options_.password_file, found); });
  if (!password.ok()) {
    Fail(absl::StrCat("mail.password_file: ", password.status().message()));
    return false;
  }
  Set(CURLOPT_USERNAME, options_.user.c_str());
  Set(CURLOPT_PASSWORD, std::string(absl::StripTrailingAsciiWhitespace(*password)).c_str());
  return true;
}

void SmtpTransfer::End(CURLcode code) {
  const bool began =
      talk_.stage != Talk::Stage::kGreeting || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR;
  talk_.reused = began && !connected_;
  SendResult outcome{.kind = code == CURLE_OK ? SendResult::Kind::kAccepted : FailureOf(talk_),
                     .status = talk_.status};
  std::string said = talk_.status >= 400 || code == CURLE_OK ? talk_.answer : refusal_;
  if (said.empty()) said = *error_ != '\0' ? error_ : curl_easy_strerror(code);
  outcome.answer = Masked(said, message_.to, kAnswerBytes);
  callback_(std::move(outcome));
}

// Sees the address that is about to be connected to.
curl_socket_t SmtpTransfer::OnSocket(void* self, curlsocktype, curl_sockaddr* address) {
  auto* transfer = static_cast<SmtpTransfer*>(self);
  const Client::Options& options = transfer->options_;
  transfer->connected_ = true;
  if (options.tls == Client::Tls::kNone) {
    const std::optional<IpAddress> ip = IpAddress::FromSocket(&address->addr);
    const bool near = ip && (ip->is_loopback() ||
                             std::ranges::any_of(options.plain_networks, [&](const IpRange& range) {
                               return range.Contains(*ip);
                             }));
    if (!near) {
      transfer->refusal_ =
          "without encryption a server is reached on this machine and in "
          "mail.plain_networks alone";
      return CURL_SOCKET_BAD;
    }
  }
  const int opened = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (opened >= 0) transfer->sockets_.insert(opened);
  return opened;
}

int SmtpTransfer::OnClose(void* sockets, curl_socket_t socket) {
  static_cast<Sockets*>(sockets)->erase(socket);
  return close(socket);
}

size_t SmtpTransfer::OnAnswer(char* data, size_t size, size_t count, void* self) {
  return static_cast<SmtpTransfer*>(self)->talk_.Hear({data, size * count}) ? size * count : 0;
}

int SmtpTransfer::OnTold(CURL*, curl_infotype type, char* data, size_t size, void* self) {
  if (type != CURLINFO_HEADER_OUT) return 0;
  auto* transfer = static_cast<SmtpTransfer*>(self);
  const std::string_view line(data, size);
  transfer->talk_.Say(line);
  // curl waits for the answer to its goodbye, on this thread: all others would wait too.
  transfer->Set(CURLOPT_SERVER_RESPONSE_TIMEOUT, line.starts_with("QUIT") ? kGoodbyeSeconds : 0L);
  return 0;
}

}  // namespace clusterwire::mail
