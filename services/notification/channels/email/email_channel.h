#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "libs/base/threads/mutex.h"
#include "libs/mail/client.h"
#include "services/notification/channels/channels.h"

namespace clusterwire::notification {

class Links;
class Mailer;

// Mails of letters (letters/letter.h), each to one mailbox, with a Message-ID that stays the same
// over the tries of a delivery. All go over one server (libs/mail says what its answers mean):
//
//   taken                     handed over
//   there is no such mailbox  dead, and the mailbox is suppressed
//   the mailbox is full       tried again by the schedule, counted as a soft bounce
//   this mail isn't taken     dead, with the answer kept
//   not now                   tried again by the schedule
//   no answer to the mail     tried again by the schedule: a second mail has the same Message-ID
//   the server is away        all mails wait for it, and no try is counted for a while
//
// None of these is held against the endpoint: what comes back from its mailbox is.
class EmailChannel final : public Channel {
 public:
  static constexpr int kTestsADay = 5;  // to one mailbox

  // Why nothing is sent to a mailbox, by its address key; empty: nothing keeps it. Asks the ledger.
  using Suppressed = std::function<absl::StatusOr<std::string>(const std::string& address_key)>;

  // The arguments outlive the channel; without `links` letters have none.
  EmailChannel(Mailer& mailer, const Links* links, Suppressed suppressed, Clock& clock);

  void Send(std::shared_ptr<const Job> job, absl::Duration deadline, Callback done) override;
  // To a mailbox that is confirmed and not suppressed, kTestsADay times.
  void SendTest(const v1::Endpoint& endpoint, const std::string& id, text::Language language,
                absl::Duration deadline, Callback done) override;
  // To a mailbox that is confirmed and not suppressed.
  void TellOwner(const v1::Endpoint& elsewhere, const OwnerLetter& letter, const std::string& id,
                 text::Language language, absl::Duration deadline) override;
  bool over_server() const override { return true; }
  absl::Duration time_limit(absl::Duration usual) const override;
  absl::Status Bounced(sql::Connection& connection, const Job& job,
                       const DeliveryResult& result) override;

 private:
  // False when it had as many as it may today.
  bool CountTest(const std::string& address_key);

  Mailer& mailer_;
  const Links* const links_;
  const Suppressed suppressed_;
  Clock& clock_;
  Mutex mutex_;
  int64_t day_ ABSL_GUARDED_BY(mutex_) = 0;                   // of `tests_`, by the uptime
  std::map<std::string, int> tests_ ABSL_GUARDED_BY(mutex_);  // by address key
};

// What became of a mail, as the dispatcher takes it.
Outcome OutcomeOf(const mail::SendResult& outcome);

}  // namespace clusterwire::notification
