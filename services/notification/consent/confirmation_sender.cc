#include "services/notification/consent/confirmation_sender.h"

#include <algorithm>
#include <iterator>

#include "libs/base/status/error.h"

namespace clusterwire::notification {
namespace {

constexpr absl::Duration kPauses[] = {absl::Minutes(1), absl::Minutes(5), absl::Minutes(30),
                                      absl::Hours(2), absl::Hours(6)};
constexpr absl::Duration kCleaning = absl::Minutes(10);
constexpr int kMailsInStep = 100;  // made in one step

absl::Duration PauseAfter(int attempts) {
  const size_t last = std::size(kPauses) - 1;
  return kPauses[std::min(static_cast<size_t>(attempts), last)];
}

}  // namespace

ConfirmationSender::ConfirmationSender(Consents& consents, Ledger& ledger, const Links& links,
                                       LetterSender sender, Send send, Clock& clock, Random& random)
    : consents_(consents),
      ledger_(ledger),
      links_(links),
      sender_(std::move(sender)),
      send_(std::move(send)),
      clock_(clock),
      random_(random),
      worker_(
          clock, random, [this] { return Step(); }, {},
          std::shared_ptr<Wakeup>(answers_, &answers_->wakeup)) {}

absl::StatusOr<absl::Time> ConfirmationSender::Step() {
  RETURN_IF_ERROR(TakeAnswers());
  RETURN_IF_ERROR(consents_.NoteAsks());
  const absl::Time now = clock_.Now();
  RETURN_IF_ERROR(ledger_.Write([&](sql::Connection& connection) -> absl::Status {
    Asks asks(connection);
    if (now >= next_cleaning_) RETURN_IF_ERROR(asks.RemoveOld(now));
    return asks
        .MakeMails(kConfirmationText, now, kMailsInStep, [this] { return RandomId(random_); })
        .status();
  }));
  if (now >= next_cleaning_) next_cleaning_ = now + kCleaning;
  RETURN_IF_ERROR(StartDue());
  return clock_.Now() + kPoll;
}

absl::Status ConfirmationSender::TakeAnswers() {
  std::vector<std::pair<ConfirmationMail, Answer>> come;
  {
    MutexLock lock(answers_->mutex);
    come.swap(answers_->come);
  }
  const absl::Status taken = ledger_.Write([&](sql::Connection& connection) -> absl::Status {
    Asks asks(connection);
    for (const auto& [mail, answer] : come) {
      switch (answer) {
        case Answer::kSent:
          RETURN_IF_ERROR(asks.SetSent(mail.id));
          break;
        case Answer::kRefused:
          RETURN_IF_ERROR(asks.GiveUp(mail.id));
          break;
        case Answer::kLater:
          RETURN_IF_ERROR(asks.TryAgain(mail.id, clock_.Now() + PauseAfter(mail.attempts)));
      }
    }
    return absl::OkStatus();
  });
  if (!taken.ok()) {
    MutexLock lock(answers_->mutex);
    answers_->come.insert(answers_->come.begin(), come.begin(), come.end());
  }
  return taken;
}

absl::Status ConfirmationSender::StartDue() {
  ASSIGN_OR_RETURN(const std::vector<ConfirmationMail> mails,
                   ledger_.Write([&](sql::Connection& connection) {
                     return Asks(connection).TakeDue(clock_.Now(), kHold, kAtOnce);
                   }));
  for (const ConfirmationMail& mail : mails) {
    const auto answer = [answers = answers_, mail](Answer come) {
      MutexLock lock(answers->mutex);
      answers->come.emplace_back(mail, come);
      answers->wakeup.Notify();
    };
    const absl::StatusOr<Letter> letter = LetterFor(mail);
    if (absl::IsNotFound(letter.status())) {
      answer(Answer::kRefused);
    } else if (!letter.ok()) {
      answer(Answer::kLater);
    } else {
      send_(mail, *letter, answer);
    }
  }
  return absl::OkStatus();
}

// NOT_FOUND when nothing that it tells is open any more.
absl::StatusOr<Letter> ConfirmationSender::LetterFor(const ConfirmationMail& mail) {
  ASSIGN_OR_RETURN(std::vector<Ask> asks, ledger_.Read([&](sql::Connection& connection) {
    return Asks(connection).ToldBy(mail.id);
  }));
  std::erase_if(
      asks, [&](const Ask& ask) { return ask.answered || ask.asked <= clock_.Now() - Ask::kLife; });
  if (asks.empty()) return absl::NotFoundError("nothing is open any more");
  const Ask& first = asks.front();
  ConfirmationLetter content{.address = mail.address,
                             .confirm_link = links_.Confirm(mail.id),
                             .subscriptions = {},
                             .asked = first.asked,
                             .asked_by = first.asked_by,
                             .asked_from = first.network.substr(first.network.find(':') + 1),
                             .expires = first.asked + Ask::kLife};
  for (const Ask& ask : asks) {
    for (std::string& title : consents_.TitlesOf(ask)) {
      content.subscriptions.push_back(std::move(title));
    }
  }
  return LetterOf({.content = std::move(content),
                   .language = text::LanguageFor(mail.language),
                   .sender = sender_});
}

}  // namespace clusterwire::notification
