#include "services/notification/channels/email/email_channel.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/awaited.h"
#include "libs/base/testing/fake_clock.h"
#include "libs/base/time/clock.h"
#include "libs/mail/testing/smtp_receiver.h"
#include "services/notification/channels/email/mailboxes.h"
#include "services/notification/channels/email/mailer.h"
#include "services/notification/channels/testing/jobs.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;
using testing::Not;
using Kind = mail::SendResult::Kind;

// The job of a label awarded, for a mailbox.
std::shared_ptr<const Job> JobFor(const std::string& address, const std::string& title = "Silver") {
  Job job = LabelAwardedJob();
  auto endpoint = std::make_shared<v1::Endpoint>(*job.endpoint);
  endpoint->mutable_email()->set_address(address);
  *endpoint->mutable_email()->mutable_verify_time() = ToTimestamp(absl::UnixEpoch());
  job.endpoint = std::move(endpoint);
  auto subscriber = std::make_shared<v1::Subscriber>();
  subscriber->set_name("subscribers/newsletter");
  job.subscriber = std::move(subscriber);
  change::v1::ResourceChanged change = job.record->change;
  change.mutable_after()->set_title(title);
  SetChange(job, change);
  return std::make_shared<const Job>(std::move(job));
}

class EmailChannelTest : public testing::Test {
 protected:
  explicit EmailChannelTest(mail::SmtpReceiver::Answer answer = {})
      : receiver_(std::move(answer)),
        mailer_({.server = {.host = "127.0.0.1",
                            .port = receiver_.port(),
                            .tls = mail::Client::Tls::kNone,
                            .helo = "clusterwire.example.org"},
                 .from = "office@example.org",
                 .sender_name = "Cluster Office",
                 .postal_line = "Street 1, Berlin"},
                mailboxes_),
        channel_(
            mailer_, nullptr, [this](const std::string&) { return suppressed_; }, clock_) {}

  Outcome Send(std::shared_ptr<const Job> job) {
    Awaited<Outcome> outcome;
    channel_.Send(std::move(job), absl::InfiniteDuration(), outcome.Callback());
    return outcome.Get();
  }
  Outcome Test(const v1::Endpoint& endpoint, text::Language language = text::Language::kEnglish) {
    Awaited<Outcome> outcome;
    channel_.SendTest(endpoint, "tests/1", language, absl::InfiniteDuration(), outcome.Callback());
    return outcome.Get();
  }
  std::string Last() const { return receiver_.mails().back().content; }

  FakeClock clock_;
  mail::SmtpReceiver receiver_;
  const Mailboxes mailboxes_{AddressKey("key"), BounceAddress("bounces@example.org", "key"),
                             clock_};
  Mailer mailer_;
  absl::StatusOr<std::string> suppressed_ = "";
  EmailChannel channel_;
};

TEST_F(EmailChannelTest, AMailTellsOfTheChangeToProgramsAndPeople) {
  const std::shared_ptr<const Job> job = JobFor("anna@example.net");
  const Outcome outcome = Send(job);
  ASSERT_TRUE(std::holds_alternative<Done>(outcome));
  EXPECT_EQ(std::get<Done>(outcome).receipt, "250 2.0.0 queued");
  const mail::SmtpReceiver::Mail mail = receiver_.mails().back();
  EXPECT_THAT(mail.to, HasSubstr("<anna@example.net>"));
  EXPECT_THAT(mail.from, testing::ContainsRegex("<bounces\\+[0-9a-z]{42}@example\\.org>"));
  EXPECT_THAT(mail.content, HasSubstr("To: <anna@example.net>\r\n"));
  EXPECT_THAT(mail.content, HasSubstr("From: \"Cluster Office\"\r\n <office@example.org>\r\n"));
  const std::string id = job->delivery.name.substr(job->delivery.name.find('/') + 1);
  EXPECT_THAT(mail.content, HasSubstr("Message-ID: <deliveries." + id + "@example.org>\r\n"));
  EXPECT_THAT(mail.content, HasSubstr("Auto-Submitted: auto-generated\r\n"));
  EXPECT_THAT(mail.content, HasSubstr("List-Id: <silver.newsletter.example.org>\r\n"));
  EXPECT_THAT(mail.content, HasSubstr("Content-Language: en\r\n"));
  EXPECT_THAT(mail.content, testing::ContainsRegex("References: <thread\\.[0-9a-f]{32}@example"));
}

TEST_F(EmailChannelTest, TheSameJobIsTheSameMailButForItsDateAndBoundary) {
  const auto told = [&](const std::string& address, const std::string& title) {
    Send(JobFor(address, title));
    std::string content = Last();
    std::string told;
    for (const absl::string_view line : absl::StrSplit(content, "\r\n")) {
      if (line.find("--------") == absl::string_view::npos) absl::StrAppend(&told, line, "\n");
    }
    return told;
  };
  EXPECT_EQ(told("anna@example.net", "Silver"), told("anna@example.net", "Silver"));
  EXPECT_NE(told("anna@example.net", "Silver"), told("anna@example.net", "Gold"));
}

TEST_F(EmailChannelTest, NoTitleBecomesAHeader) {
  Send(JobFor("anna@example.net", "Silver\r\nBcc: eve@example.org\r\n\r\n<script>"));
  const std::string head = Last().substr(0, Last().find("\r\n\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("\nBcc:")));
  EXPECT_THAT(head, Not(HasSubstr("<script>")));
}

TEST_F(EmailChannelTest, ATestIsInTheLanguageThatIsRead) {
  Test(*JobFor("anna@example.net")->endpoint, text::Language::kGerman);
  EXPECT_THAT(Last(), AllOf(HasSubstr("Subject: Ein Test dieser Adresse"),
                            HasSubstr("Content-Language: de\r\n")));
}

TEST_F(EmailChannelTest, TestsGoToConfirmedMailboxesAndFewADay) {
  v1::Endpoint endpoint = *JobFor("anna@example.net")->endpoint;
  for (int i = 0; i < EmailChannel::kTestsADay; ++i) {
    EXPECT_TRUE(std::holds_alternative<Done>(Test(endpoint)));
  }
  const Outcome more = Test(endpoint);
  ASSERT_TRUE(std::holds_alternative<Dead>(more));
  EXPECT_THAT(std::get<Dead>(more).reason, HasSubstr("try again tomorrow"));
  clock_.Advance(absl::Hours(24));
  EXPECT_TRUE(std::holds_alternative<Done>(Test(endpoint)));

  const size_t before = receiver_.mails().size();
  suppressed_ = "its reader complained of a mail";
  EXPECT_THAT(std::get<Dead>(Test(endpoint)).reason, HasSubstr("complained"));
  suppressed_ = absl::UnavailableError("away");
  EXPECT_TRUE(std::holds_alternative<Dead>(Test(endpoint)));
  suppressed_ = "";
  endpoint.mutable_email()->clear_verify_time();
  EXPECT_THAT(std::get<Dead>(Test(endpoint)).reason, HasSubstr("isn't confirmed"));
  EXPECT_EQ(receiver_.mails().size(), before);
}

TEST(MailOutcome, SaysWhoseFaultItWasAndWhatFollows) {
  const auto outcome_of = [&](Kind kind, int status = 0) {
    return OutcomeOf({.kind = kind, .status = status, .answer = "said"});
  };
  const auto refused = std::get<Dead>(outcome_of(Kind::kAddressRefused, 550));
  EXPECT_TRUE(refused.ours && refused.bounce == Bounce::kHard);
  EXPECT_EQ(refused.reason, "there is no such mailbox: said");
  EXPECT_EQ(std::get<Dead>(outcome_of(Kind::kMessageRefused, 554)).bounce, Bounce::kNone);
  EXPECT_EQ(std::get<Wait>(outcome_of(Kind::kMailboxFull, 452)).bounce, Bounce::kSoft);
  EXPECT_TRUE(std::get<Wait>(outcome_of(Kind::kServerAway)).server);
  EXPECT_EQ(std::get<Wait>(outcome_of(Kind::kServerAway, 421)).at_least, absl::Minutes(1));
  EXPECT_TRUE(std::get<Wait>(outcome_of(Kind::kStale)).at_once);
  for (const Kind kind : {Kind::kLater, Kind::kUnknown, Kind::kNoPlace, Kind::kStopped}) {
    const auto wait = std::get<Wait>(outcome_of(kind));
    EXPECT_TRUE(wait.ours && !wait.server && !wait.at_once && wait.bounce == Bounce::kNone);
  }
}

// A server that knows no mailbox while the test says so.
class UnknownTest : public EmailChannelTest {
 protected:
  explicit UnknownTest(
      std::shared_ptr<std::atomic<bool>> knows = std::make_shared<std::atomic<bool>>(false))
      : EmailChannelTest([knows](const std::string& verb) -> std::string {
          return verb == "RCPT" && !*knows ? "550 5.1.1 unknown" : "default";
        }),
        knows_(std::move(knows)) {}
  const std::shared_ptr<std::atomic<bool>> knows_;
};

TEST_F(UnknownTest, AServerThatKnowsNobodyIsNotBelieved) {
  const auto suppresses = [&] {
    const Outcome outcome = Send(JobFor("anna@example.net"));
    return std::holds_alternative<Dead>(outcome);
  };
  for (int i = 1; i < Mailer::kMostUnknown; ++i) EXPECT_TRUE(suppresses());
  const Outcome outcome = Send(JobFor("anna@example.net"));
  ASSERT_TRUE(std::holds_alternative<Wait>(outcome));
  EXPECT_TRUE(std::get<Wait>(outcome).server);
  EXPECT_EQ(std::get<Wait>(outcome).bounce, Bounce::kNone);
  EXPECT_EQ(mailer_.trouble().detail,
            "it calls every mailbox unknown, the last one by: 550 5.1.1 unknown");
  *knows_ = true;
  Send(JobFor("anna@example.net"));
  *knows_ = false;
  EXPECT_TRUE(suppresses());
}

// A server that answers nothing but 421.
class AwayTest : public EmailChannelTest {
 protected:
  explicit AwayTest(
      std::shared_ptr<std::atomic<bool>> away = std::make_shared<std::atomic<bool>>(true))
      : EmailChannelTest([away](const std::string& verb) -> std::string {
          return verb == "CONNECT" && *away ? "421 4.3.2 <office@example.org> closed" : "default";
        }),
        away_(std::move(away)) {}
  const std::shared_ptr<std::atomic<bool>> away_;
};

TEST_F(AwayTest, WhyNoMailCanBeSentIsToldToOperatorsAlone) {
  const Outcome outcome = Send(JobFor("anna@example.net"));
  ASSERT_TRUE(std::holds_alternative<Wait>(outcome));
  EXPECT_EQ(std::get<Wait>(outcome).reason,
            "no mail can be sent at the moment; the service's operators see why");
  EXPECT_EQ(mailer_.trouble().since, clock_.Now());
  EXPECT_EQ(mailer_.trouble().detail, "421 4.3.2 <***@example.org> closed");
  *away_ = false;
  Send(JobFor("anna@example.net"));
  EXPECT_EQ(mailer_.trouble().since, absl::InfiniteFuture());
}

}  // namespace
}  // namespace clusterwire::notification
