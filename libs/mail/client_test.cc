#include "libs/mail/client.h"

#include <atomic>
#include <fstream>
#include <future>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "libs/base/testing/awaited.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/temp_dir.h"
#include "libs/mail/testing/smtp_receiver.h"

namespace clusterwire::mail {
namespace {

using Kind = SendResult::Kind;
using testing::HasSubstr;

Client::Options OptionsFor(const SmtpReceiver& receiver) {
  return {.host = "127.0.0.1",
          .port = receiver.port(),
          .tls = Client::Tls::kNone,
          .helo = "clusterwire.example.org",
          .time_limit = absl::Seconds(20)};
}

Message MessageTo(const std::string& to) {
  return {
      .from = "bounces+x@example.org",
      .to = to,
      .headers = {{"From", "<office@example.org>"}, {"To", "<" + to + ">"}, {"Subject", "Hello"}},
      .text = "Dear reader\n.\n..two dots\nGrüße",
      .html = "<p>Dear reader</p>"};
}

SendResult Send(Client& client, Message message) {
  Awaited<SendResult> outcome;
  client.Send(std::move(message), outcome.Callback());
  return outcome.Get();
}

// A receiver that says `answer` to `verb`.
SendResult SendTo(const std::string& verb, const std::string& answer,
                  absl::Duration limit = absl::Seconds(20)) {
  SmtpReceiver receiver(
      [&](const std::string& asked) { return asked == verb ? answer : "default"; });
  Client::Options options = OptionsFor(receiver);
  options.time_limit = limit;
  Client client(options, Clock::System());
  return Send(client, MessageTo("anna@example.net"));
}

TEST(Client, SendsBothTextsAndNothingOfThemIsReadAsACommand) {
  SmtpReceiver receiver;
  Client client(OptionsFor(receiver), Clock::System());
  const SendResult outcome = Send(client, MessageTo("anna@example.net"));
  EXPECT_EQ(outcome.kind, Kind::kAccepted);
  EXPECT_EQ(outcome.status, 250);
  EXPECT_EQ(outcome.answer, "250 2.0.0 queued");
  ASSERT_EQ(receiver.mails().size(), 1U);
  const SmtpReceiver::Mail mail = receiver.mails()[0];
  EXPECT_THAT(mail.from, HasSubstr("<bounces+x@example.org>"));
  EXPECT_THAT(mail.to, HasSubstr("<anna@example.net>"));
  EXPECT_THAT(mail.content, HasSubstr("Content-Type: multipart/alternative"));
  EXPECT_THAT(mail.content, HasSubstr("Subject: Hello\r\n"));
  EXPECT_THAT(mail.content, HasSubstr("Dear reader\r\n.\r\n..two dots\r\nGr=C3=BC=C3=9Fe"));
  EXPECT_THAT(mail.content, HasSubstr("<p>Dear reader</p>"));
}

TEST(Client, AttachmentsStandBesideTheTextsAndInPlaceOfThem) {
  SmtpReceiver receiver;
  Client client(OptionsFor(receiver), Clock::System());
  Message message = MessageTo("anna@example.net");
  message.attachments = {{.type = "text/calendar; method=REQUEST; charset=utf-8",
                          .file = "invite.ics",
                          .content = "BEGIN:VCALENDAR\r\n",
                          .alternative = true}};
  EXPECT_EQ(Send(client, message).kind, Kind::kAccepted);
  const std::string content = receiver.mails().at(0).content;
  EXPECT_THAT(content, HasSubstr("Content-Type: multipart/mixed"));
  EXPECT_THAT(content, HasSubstr("Content-Type: multipart/alternative"));
  EXPECT_THAT(content, HasSubstr("BEGIN:VCALENDAR\r\n"));
  EXPECT_THAT(content, HasSubstr("filename=\"invite.ics\""));
}

TEST(Client, AThousandMailsGoOverAFewConnections) {
  SmtpReceiver receiver;
  Client::Options options = OptionsFor(receiver);
  options.connections = 4;
  options.waiting = 1000;
  Client client(options, Clock::System());
  constexpr int kMails = 1000;
  std::atomic<int> left = kMails;
  std::promise<void> done;
  for (int i = 0; i < kMails; ++i) {
    client.Send(MessageTo(absl::StrCat("a", i, "@example.net")), [&](const SendResult& outcome) {
      EXPECT_EQ(outcome.kind, Kind::kAccepted) << outcome.answer;
      if (--left == 0) done.set_value();
    });
  }
  done.get_future().wait();
  EXPECT_EQ(receiver.mails().size(), size_t{kMails});
  EXPECT_LE(receiver.connections(), 4U);
  EXPECT_EQ(client.counts()[static_cast<size_t>(Kind::kAccepted)], uint64_t{kMails});
}

TEST(Client, MoreThanMayWaitAreRefusedAtOnce) {
  SmtpReceiver receiver([](const std::string& verb) { return verb == "MAIL" ? "" : "default"; });
  Client::Options options = OptionsFor(receiver);
  options.connections = 1;
  options.waiting = 1;
  std::vector<Kind> kinds;
  {
    Client client(options, Clock::System());
    for (int i = 0; i < 3; ++i) {
      client.Send(MessageTo("anna@example.net"),
                  [&](const SendResult& outcome) { kinds.push_back(outcome.kind); });
    }
  }
  EXPECT_THAT(kinds, testing::ElementsAre(Kind::kNoPlace, Kind::kStopped, Kind::kStopped));
}

TEST(Client, EachStageOfRefusalIsUnderstood) {
  EXPECT_EQ(SendTo("CONNECT", "554 5.7.1 not you").kind, Kind::kServerAway);
  EXPECT_EQ(SendTo("CONNECT", "close").kind, Kind::kServerAway);
  EXPECT_EQ(SendTo("EHLO", "421 4.3.2 closing").kind, Kind::kServerAway);
  EXPECT_EQ(SendTo("MAIL", "451 4.3.0 later").kind, Kind::kServerAway);
  EXPECT_EQ(SendTo("MAIL", "552 5.3.4 too large").kind, Kind::kMessageRefused);
  EXPECT_EQ(SendTo("RCPT", "450 4.2.0 greylisted").kind, Kind::kLater);
  EXPECT_EQ(SendTo("RCPT", "452 4.2.2 full").kind, Kind::kMailboxFull);
  EXPECT_EQ(SendTo("RCPT", "421 4.3.2 closing").kind, Kind::kServerAway);
  EXPECT_EQ(SendTo("DATA", "554 5.5.1 no").kind, Kind::kMessageRefused);
  EXPECT_EQ(SendTo(".", "554 5.6.0 no").kind, Kind::kMessageRefused);
  EXPECT_EQ(SendTo(".", "451 4.3.0 later").kind, Kind::kLater);
  EXPECT_EQ(SendTo(".", "close").kind, Kind::kUnknown);
  const SendResult refused =
      SendTo("RCPT", "550-5.1.1 <anna@example.net>:\r\n550 5.1.1 no such user");
  EXPECT_EQ(refused.kind, Kind::kAddressRefused);
  EXPECT_EQ(refused.status, 550);
  EXPECT_EQ(refused.answer, "550-5.1.1 <***@example.net>: 550 5.1.1 no such user");
}

TEST(Client, ASilentServerHoldsOneMailForItsTime) {
  const absl::Duration short_time = absl::Milliseconds(300);
  EXPECT_EQ(SendTo("CONNECT", "", short_time).kind, Kind::kServerAway);
  EXPECT_EQ(SendTo("RCPT", "", short_time).kind, Kind::kServerAway);
  EXPECT_EQ(SendTo(".", "", short_time).kind, Kind::kUnknown);
}

TEST(Client, AServerThatSaysNothingToAGoodbyeHoldsNoOtherMailAndNoStop) {
  std::atomic<bool> refused = false;
  SmtpReceiver receiver([&](const std::string& verb) -> std::string {
    if (verb == "QUIT") return "";
    return verb == "RCPT" && !refused.exchange(true) ? "550 5.1.1 none" : "default";
  });
  const absl::Time begun = absl::Now();
  {
    Client client(OptionsFor(receiver), Clock::System());
    EXPECT_EQ(Send(client, MessageTo("anna@example.net")).kind, Kind::kAddressRefused);
    EXPECT_EQ(Send(client, MessageTo("bert@example.net")).kind, Kind::kAccepted);
  }
  EXPECT_LT(absl::Now() - begun, absl::Seconds(10));
}

TEST(Client, AServerWithoutEndIsCutOff) {
  std::string endless;
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&endless, "250-", std::string(100, 'x'), "\r\n");
  EXPECT_EQ(SendTo("EHLO", endless + "250 ok").kind, Kind::kServerAway);
  EXPECT_EQ(SendTo("EHLO", "250-" + std::string(1 << 20, 'x'), absl::Seconds(1)).kind,
            Kind::kServerAway);
}

TEST(Client, AUsedConnectionThatDiedIsToldFromAServerThatIsAway) {
  std::atomic<int> mails = 0;
  SmtpReceiver receiver([&](const std::string& verb) -> std::string {
    if (verb == "MAIL" && ++mails == 2) return "421 4.4.2 too long idle";
    return "default";
  });
  Client client(OptionsFor(receiver), Clock::System());
  EXPECT_EQ(Send(client, MessageTo("anna@example.net")).kind, Kind::kAccepted);
  EXPECT_EQ(Send(client, MessageTo("anna@example.net")).kind, Kind::kStale);
  EXPECT_EQ(Send(client, MessageTo("anna@example.net")).kind, Kind::kAccepted);
  EXPECT_EQ(receiver.connections(), 2U);
}

TEST(Client, LogsInWithThePasswordThatTheFileHasNow) {
  TempDir folder;
  SmtpReceiver receiver;
  Client::Options options = OptionsFor(receiver);
  options.user = "office";
  options.password_file = folder.File("password");
  Client client(options, Clock::System());
  const SendResult none = Send(client, MessageTo("anna@example.net"));
  EXPECT_EQ(none.kind, Kind::kServerAway);
  EXPECT_THAT(none.answer, HasSubstr("mail.password_file"));
  std::ofstream(folder.File("password")) << "first\n";
  chmod(folder.File("password").c_str(), 0644);
  const SendResult open = Send(client, MessageTo("anna@example.net"));
  EXPECT_EQ(open.kind, Kind::kServerAway);
  EXPECT_THAT(open.answer, HasSubstr("can be read or changed by others"));
  chmod(folder.File("password").c_str(), 0600);
  EXPECT_EQ(Send(client, MessageTo("anna@example.net")).kind, Kind::kAccepted);
  std::ofstream(folder.File("password")) << "second\n";
  EXPECT_EQ(Send(client, MessageTo("anna@example.net")).kind, Kind::kAccepted);
  EXPECT_THAT(receiver.logins(),
              testing::ElementsAre("PLAIN AG9mZmljZQBmaXJzdA==", "PLAIN AG9mZmljZQBzZWNvbmQ="));
}

TEST(Client, WithoutTheEncryptionThatIsAskedForNothingIsSent) {
  SmtpReceiver receiver;
  Client::Options options = OptionsFor(receiver);
  options.tls = Client::Tls::kStartTls;
  Client client(options, Clock::System());
  const SendResult outcome = Send(client, MessageTo("anna@example.net"));
  EXPECT_EQ(outcome.kind, Kind::kServerAway);
  EXPECT_TRUE(receiver.mails().empty());
}

TEST(Client, WithoutEncryptionOnlyThisMachineIsReached) {
  Client client({.host = "192.0.2.1", .port = 25, .tls = Client::Tls::kNone}, Clock::System());
  const SendResult outcome = Send(client, MessageTo("anna@example.net"));
  EXPECT_EQ(outcome.kind, Kind::kServerAway);
  EXPECT_THAT(outcome.answer, HasSubstr("mail.plain_networks"));
}

TEST(Client, AHeaderThatBreaksOutIsNotSent) {
  SmtpReceiver receiver;
  Client client(OptionsFor(receiver), Clock::System());
  Message message = MessageTo("anna@example.net");
  message.headers.emplace_back("X-Title", "a\r\nBcc: b@example.org");
  EXPECT_EQ(Send(client, message).kind, Kind::kMessageRefused);
  EXPECT_EQ(receiver.connections(), 0U);
}

TEST(Client, AClockThatIsSetEndsNoMail) {
  for (const absl::Duration leap : {absl::Hours(6), -absl::Hours(6)}) {
    FakeClock clock;
    SmtpReceiver receiver([&](const std::string& verb) -> std::string {
      if (verb == "RCPT") clock.Set(clock.Now() + leap);
      return "default";
    });
    Client client(OptionsFor(receiver), clock);
    Message message = MessageTo("anna@example.net");
    message.deadline = clock.Uptime() + absl::Seconds(20);
    clock.Set(clock.Now() + leap);
    EXPECT_EQ(Send(client, std::move(message)).kind, Kind::kAccepted);
  }
}

}  // namespace
}  // namespace clusterwire::mail
