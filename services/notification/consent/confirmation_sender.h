#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "libs/base/threads/worker.h"
#include "libs/base/time/clock.h"
#include "services/notification/channels/letters/letter.h"
#include "services/notification/consent/consents.h"
#include "services/notification/consent/links.h"

namespace clusterwire::notification {

// Sends the mails that ask, one for each address and day, until each is sent or past its time: what
// waits for an answer is put into the ledger, told in a mail there, and tried by pauses that grow.
// A mail whose sending wasn't recorded goes out again, also one that is under way at the end.
// Several processes share the work.
class ConfirmationSender {
 public:
  enum class Answer { kSent, kLater, kRefused };
  // Sends a mail to one address, whose name in the ledger is `id`; calls `done` once, from any
  // thread.
  using Send = std::function<void(const ConfirmationMail& mail, const Letter& letter,
                                  std::function<void(Answer)> done)>;

  // The arguments by reference outlive it.
  ConfirmationSender(Consents& consents, Ledger& ledger, const Links& links, LetterSender sender,
                     Send send, Clock& clock, Random& random);
  ConfirmationSender(const ConfirmationSender&) = delete;
  ConfirmationSender& operator=(const ConfirmationSender&) = delete;

  // There is something to ask. Any thread.
  void Wake() { worker_.Wake(); }

 private:
  static constexpr absl::Duration kPoll = absl::Seconds(5);
  static constexpr absl::Duration kHold = absl::Minutes(10);  // longer than any try
  static constexpr int kAtOnce = 20;

  // Answers on their way from the mailer's threads, which may come after the sender is gone.
  struct Answers {
    Mutex mutex;
    std::vector<std::pair<ConfirmationMail, Answer>> come ABSL_GUARDED_BY(mutex);
    Wakeup wakeup;  // the worker's
  };

  absl::StatusOr<absl::Time> Step();
  absl::Status TakeAnswers();
  absl::Status StartDue();
  absl::StatusOr<Letter> LetterFor(const ConfirmationMail& mail);

  Consents& consents_;
  Ledger& ledger_;
  const Links& links_;
  const LetterSender sender_;
  const Send send_;
  Clock& clock_;
  Random& random_;
  const std::shared_ptr<Answers> answers_ = std::make_shared<Answers>();
  absl::Time next_cleaning_ = absl::InfinitePast();  // the thread's
  Worker worker_;                                    // last: its thread uses everything above
};

}  // namespace clusterwire::notification
