#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"
#include "libs/mail/client.h"
#include "services/notification/channels/email/mailboxes.h"

namespace clusterwire::notification {

struct Letter;
struct LetterSender;

// One mail on its way to one person, besides what it says.
struct Envelope {
  std::string to;  // an address in form
  // What the mail is, the same over its tries: "deliveries/…". Its Message-ID is made of it.
  std::string id;
  // What it is about: mails with the same are shown as one conversation. May be empty.
  std::string thread = {};
  std::string language = {};     // of what it says: "de"
  std::string list = {};         // the name of the subscription that it comes of; empty: none
  std::string unsubscribe = {};  // an https address that ends that by one POST; empty: none
  absl::Duration deadline = absl::InfiniteDuration();  // by the uptime
};

// Sends letters over the SMTP server of the configuration: for the e-mail channel, for
// confirmations, for digests. What becomes of a mail is the caller's business, but for the server
// being away, which is logged and told to operators. Safe for use from any thread.
class Mailer {
 public:
  // Mailboxes that the server calls unknown one after another, with none that it takes in between:
  // from then on it is the server that is believed to be wrong, and they are tried again.
  static constexpr int kMostUnknown = 20;

  struct Options {
    mail::Client::Options server;
    std::string from;         // an address in form
    std::string sender_name;  // one line
    std::string postal_line;  // one line
  };
  using Done = std::function<void(const mail::SendResult&)>;

  // `mailboxes` outlive the mailer.
  Mailer(Options options, const Mailboxes& mailboxes);

  // Calls `done` once, from any thread, perhaps before it returns. Where the server is away, the
  // answer says what may be shown to everybody.
  void Send(const Envelope& envelope, const Letter& letter,
            std::vector<mail::Attachment> attachments, Done done);

  // Who sends, for the letters.
  LetterSender sender() const;
  // The mailbox that mails come from, for invitations.
  const std::string& from() const { return options_.from; }
  // How long a mail may take, with its wait for a connection.
  absl::Duration time_limit() const { return 2 * options_.server.time_limit; }
  size_t connections() const { return options_.server.connections; }
  const Mailboxes& mailboxes() const { return mailboxes_; }
  mail::Client::Counts counts() const { return client_.counts(); }

  // Since when no mail could be sent, and why; `since` is InfiniteFuture while they can.
  struct Trouble {
    absl::Time since = absl::InfiniteFuture();
    std::string detail = {};
  };
  Trouble trouble() const;

 private:
  std::vector<mail::Field> HeadersOf(const Envelope& envelope, std::string_view subject) const;
  mail::SendResult Doubted(mail::SendResult outcome);
  void Note(const mail::SendResult& outcome);

  const Options options_;
  const std::string domain_;  // of `from`
  const Mailboxes& mailboxes_;
  mutable Mutex mutex_;
  Trouble trouble_ ABSL_GUARDED_BY(mutex_);
  int unknown_ ABSL_GUARDED_BY(mutex_) = 0;  // mailboxes in a row
  mail::Client client_;                      // last: its thread uses everything above
};

}  // namespace clusterwire::notification
