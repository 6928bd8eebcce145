#include "services/notification/channels/email/email_channel.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/text/language.h"
#include "services/notification/channels/calendar/calendar_part.h"
#include "services/notification/channels/email/email_letter.h"
#include "services/notification/channels/email/mailer.h"
#include "services/notification/channels/letters/letter.h"
#include "services/notification/ledger/addresses/suppressions.h"

namespace clusterwire::notification {
namespace {

using Kind = mail::SendResult::Kind;

// A server that says that it closes, or can't be reached, is left alone for so long.
constexpr absl::Duration kServerRest = absl::Minutes(1);
constexpr size_t kMostTested = 10'000;  // mailboxes whose tests are counted

std::string Said(const mail::SendResult& outcome, const char* meaning) {
  return absl::StrCat(meaning, outcome.answer.empty() ? "" : ": ", outcome.answer);
}

}  // namespace

Outcome OutcomeOf(const mail::SendResult& outcome) {
  switch (outcome.kind) {
    case Kind::kAccepted:
      return Done{.receipt = outcome.answer};
    case Kind::kAddressRefused:
      return Dead{.reason = Said(outcome, "there is no such mailbox"),
                  .ours = true,
                  .bounce = Bounce::kHard};
    case Kind::kMessageRefused:
      return Dead{.reason = Said(outcome, "the mail isn't taken"), .ours = true};
    case Kind::kMailboxFull:
      return Wait{
          .reason = Said(outcome, "the mailbox is full"), .ours = true, .bounce = Bounce::kSoft};
    case Kind::kServerAway:
      return Wait{.at_least = outcome.status == 421 ? kServerRest : absl::ZeroDuration(),
                  .reason = outcome.answer,
                  .ours = true,
                  .server = true};
    case Kind::kStale:
      return Wait{
          .reason = "a connection to the mail server had ended", .ours = true, .at_once = true};
    case Kind::kUnknown:
      return Wait{.reason = Said(outcome,
                                 "the mail server didn't answer to the whole mail, and may have "
                                 "taken it; the next one has the same Message-ID"),
                  .ours = true};
    case Kind::kLater:
      return Wait{.reason = Said(outcome, "the mail isn't taken now"), .ours = true};
    case Kind::kNoPlace:
    case Kind::kStopped:
      break;
  }
  return Wait{.reason = outcome.answer, .ours = true};
}

EmailChannel::EmailChannel(Mailer& mailer, const Links* links, Suppressed suppressed, Clock& clock)
    : mailer_(mailer), links_(links), suppressed_(std::move(suppressed)), clock_(clock) {}

absl::Duration EmailChannel::time_limit(absl::Duration) const { return mailer_.time_limit(); }

void EmailChannel::Send(std::shared_ptr<const Job> job, absl::Duration deadline, Callback done) {
  Envelope envelope = EnvelopeOf(*job, links_);
  envelope.deadline = deadline;
  const Letter letter = LetterOf(LetterInputOf(*job, mailer_.sender(), links_));
  std::vector<mail::Attachment> attachments;
  if (std::optional<CalendarPart> part =
          CalendarPartOf(*job, {.name = mailer_.sender().name, .address = mailer_.from()})) {
    attachments.push_back({.type = std::move(part->content_type),
                           .file = kInviteFile,
                           .content = std::move(part->text),
                           .alternative = true});
  }
  mailer_.Send(
      envelope, letter, std::move(attachments),
      [done = std::move(done)](const mail::SendResult& outcome) { done(OutcomeOf(outcome)); });
}

void EmailChannel::SendTest(const v1::Endpoint& endpoint, const std::string& id,
                            text::Language language, absl::Duration deadline, Callback done) {
  const std::string& address = endpoint.email().address();
  const std::string key = mailer_.mailboxes().key.Of(address);
  const auto refuse = [&](std::string reason) {
    done(Dead{.reason = std::move(reason), .ours = true});
  };
  if (!endpoint.email().has_verify_time()) {
    return refuse("the address isn't confirmed yet: tests go where their reader asked for mails");
  }
  const absl::StatusOr<std::string> suppressed = suppressed_(key);
  if (!suppressed.ok()) return refuse("the ledger can't be asked about the address; try again");
  if (!suppressed->empty()) {
    return refuse(absl::StrCat("nothing is sent to the address: ", *suppressed));
  }
  if (!CountTest(key)) {
    return refuse(absl::StrCat(kTestsADay, " tests a day go to one mailbox; try again tomorrow"));
  }
  const Envelope envelope{.to = address,
                          .id = id,
                          .language = std::string(text::LanguageTag(language)),
                          .deadline = deadline};
  const Letter letter = LetterOf({.content = TestLetter{.endpoint = endpoint.name()},
                                  .language = language,
                                  .sender = mailer_.sender()});
  mailer_.Send(envelope, letter, {}, [done = std::move(done)](const mail::SendResult& outcome) {
    done(OutcomeOf(outcome));
  });
}

void EmailChannel::TellOwner(const v1::Endpoint& elsewhere, const OwnerLetter& owner,
                             const std::string& id, text::Language language,
                             absl::Duration deadline) {
  const std::string& address = elsewhere.email().address();
  if (!elsewhere.email().has_verify_time()) return;
  const absl::StatusOr<std::string> suppressed = suppressed_(mailer_.mailboxes().key.Of(address));
  if (!suppressed.ok() || !suppressed->empty()) return;
  const Envelope envelope{.to = address,
                          .id = id,
                          .language = std::string(text::LanguageTag(language)),
                          .deadline = deadline};
  const Letter letter =
      LetterOf({.content = owner, .language = language, .sender = mailer_.sender()});
  mailer_.Send(envelope, letter, {}, [](const mail::SendResult&) {});
}

bool EmailChannel::CountTest(const std::string& address_key) {
  const int64_t day = clock_.Uptime() / absl::Hours(24);
  MutexLock lock(mutex_);
  if (day != day_) tests_.clear();
  day_ = day;
  if (tests_.size() >= kMostTested && !tests_.contains(address_key)) return false;
  return ++tests_[address_key] <= kTestsADay;
}

absl::Status EmailChannel::Bounced(sql::Connection& connection, const Job& job,
                                   const DeliveryResult& result) {
  const Suppressions::Kind kind = result.bounce == Bounce::kHard
                                      ? v1::ReportBounceRequest::KIND_HARD
                                      : v1::ReportBounceRequest::KIND_SOFT;
  const std::string detail = result.attempt ? result.attempt->detail() : result.reason;
  return Suppressions(connection)
      .Add(mailer_.mailboxes().key.Of(job.endpoint->email().address()), kind, detail, result.time)
      .status();
}

std::unique_ptr<Channel> MakeEmailChannel(const ChannelContext& context) {
  if (context.mailer == nullptr) return nullptr;
  return std::make_unique<EmailChannel>(*context.mailer, context.links, context.suppressed,
                                        context.clock);
}

}  // namespace clusterwire::notification
