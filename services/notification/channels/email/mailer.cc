#include "services/notification/channels/email/mailer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "libs/base/crypto.h"
#include "libs/base/text/strings.h"
#include "libs/telemetry/log.h"
#include "libs/text/email.h"
#include "services/notification/channels/letters/letter.h"

namespace clusterwire::notification {
namespace {

using Kind = mail::SendResult::Kind;

constexpr size_t kMaxUri = 900;  // bytes: a field is one line

// 32 characters that name `text` and tell nothing of it.
std::string DigestInHex(std::string_view text) {
  return absl::BytesToHexString(Sha256(text).substr(0, 16));
}

// "deliveries.0123" of "deliveries/0123"; of anything else a digest.
std::string IdOf(std::string_view id) {
  const bool plain = !id.empty() && id.size() <= 200 && std::ranges::all_of(id, [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '-' || c == '_';
  });
  return plain ? absl::StrReplaceAll(ToAbsl(id), {{"/", "."}}) : DigestInHex(id);
}

// "subscribers/x/subscriptions/y" → "y.x": the name by which mail programs sort.
std::string ListOf(const std::string& subscription) {
  const std::vector<std::string_view> segments = NameSegments(subscription);
  if (segments.size() != 4) return DigestInHex(subscription);
  return absl::StrCat(ToAbsl(segments[3]), ".", ToAbsl(segments[1]));
}

// A web address that can stand between '<' and '>'.
bool FitsAField(const std::string& uri) {
  return !uri.empty() && uri.size() <= kMaxUri && std::ranges::all_of(uri, [](char c) {
    return c > ' ' && c <= '~' && c != '<' && c != '>' && c != ',';
  });
}

}  // namespace

Mailer::Mailer(Options options, const Mailboxes& mailboxes)
    : options_(std::move(options)),
      domain_(text::EmailDomain(options_.from)),
      mailboxes_(mailboxes),
      client_(options_.server, mailboxes.clock) {}

LetterSender Mailer::sender() const {
  return {.name = options_.sender_name, .postal = options_.postal_line};
}

std::vector<mail::Field> Mailer::HeadersOf(const Envelope& envelope,
                                           std::string_view subject) const {
  std::vector<mail::Field> headers = {
      {"From", mail::Mailbox(options_.sender_name, options_.from)},
      {"To", absl::StrCat("<", envelope.to, ">")},
      {"Subject", mail::InWords(subject)},
      {"Date", mail::Date(mailboxes_.clock.Now())},
      {"Message-ID", absl::StrCat("<", IdOf(envelope.id), "@", domain_, ">")},
      // Out-of-office notes and the like aren't to answer.
      {"Auto-Submitted", "auto-generated"},
  };
  if (!envelope.thread.empty()) {
    const std::string first =
        absl::StrCat("<thread.", DigestInHex(envelope.thread), "@", domain_, ">");
    headers.emplace_back("In-Reply-To", first);
    headers.emplace_back("References", first);
  }
  if (!envelope.language.empty()) headers.emplace_back("Content-Language", envelope.language);
  if (!envelope.list.empty()) {
    headers.emplace_back("List-Id", absl::StrCat("<", ListOf(envelope.list), ".", domain_, ">"));
  }
  if (FitsAField(envelope.unsubscribe)) {
    headers.emplace_back("List-Unsubscribe", absl::StrCat("<", envelope.unsubscribe, ">"));
    headers.emplace_back("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
  }
  return headers;
}

void Mailer::Send(const Envelope& envelope, const Letter& letter,
                  std::vector<mail::Attachment> attachments, Done done) {
  mail::Message message{
      .from = mailboxes_.bounces.For(mailboxes_.key.Of(envelope.to), mailboxes_.clock.Now()),
      .to = envelope.to,
      .headers = HeadersOf(envelope, letter.subject),
      .text = letter.text,
      .html = letter.html,
      .attachments = std::move(attachments),
      .deadline = envelope.deadline};
  client_.Send(std::move(message), [this, done = std::move(done)](mail::SendResult said) {
    mail::SendResult outcome = Doubted(std::move(said));
    Note(outcome);
    if (outcome.kind == Kind::kServerAway) {
      outcome.answer = "no mail can be sent at the moment; the service's operators see why";
    }
    done(outcome);
  });
}

// One wrong setting of a server must not suppress the mailboxes of everybody.
mail::SendResult Mailer::Doubted(mail::SendResult outcome) {
  MutexLock lock(mutex_);
  if (outcome.kind == Kind::kAccepted) unknown_ = 0;
  if (outcome.kind != Kind::kAddressRefused || ++unknown_ < kMostUnknown) return outcome;
  outcome.kind = Kind::kServerAway;
  outcome.answer =
      absl::StrCat("it calls every mailbox unknown, the last one by: ", outcome.answer);
  return outcome;
}

void Mailer::Note(const mail::SendResult& outcome) {
  const bool away = outcome.kind == Kind::kServerAway;
  // Only what the server said to a mail itself says that it is there.
  const bool there = outcome.status != 0 && !away && outcome.kind != Kind::kStale;
  if (!away && !there) return;
  bool changed = false;
  {
    MutexLock lock(mutex_);
    const bool was_away = trouble_.since != absl::InfiniteFuture();
    changed = away != was_away || (away && trouble_.detail != outcome.answer);
    if (there) trouble_ = {};
    if (away) {
      trouble_.since = std::min(trouble_.since, mailboxes_.clock.Now());
      trouble_.detail = outcome.answer;
    }
  }
  if (!changed) return;
  if (away) {
    telemetry::LogWarning("no mail can be sent", {{"error", outcome.answer}});
  } else {
    telemetry::LogInfo("mails can be sent again", {});
  }
}

Mailer::Trouble Mailer::trouble() const {
  MutexLock lock(mutex_);
  return trouble_;
}

}  // namespace clusterwire::notification
