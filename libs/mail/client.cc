#include "libs/mail/client.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <sys/socket.h>

#include "libs/base/threads/mutex.h"
#include "libs/http/transfer_loop.h"
#include "libs/mail/smtp_transfer.h"

namespace clusterwire::mail {
namespace {

constexpr std::string_view kNames[] = {
    "accepted",    "address_refused", "mailbox_full", "message_refused", "later",
    "server_away", "stale",           "unknown",      "no_place",        "stopped"};
static_assert(std::size(kNames) == SendResult::kKinds);

}  // namespace

std::string_view NameOf(SendResult::Kind kind) { return kNames[static_cast<size_t>(kind)]; }

class Client::Loop {
 public:
  Loop(Options options, Clock& clock)
      : options_(std::move(options)),
        clock_(clock),
        transfers_(options_.connections, options_.connections, [this] {
          // Else curl would wait on each for the answer to its goodbye.
          for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
        }) {}

  void Send(Message message, Callback callback) {
    const auto count_and_call = [this, callback = std::move(callback)](SendResult outcome) {
      {
        MutexLock lock(mutex_);
        --under_way_;
        ++counts_[static_cast<size_t>(outcome.kind)];
      }
      callback(std::move(outcome));
    };
    bool full = false;
    {
      MutexLock lock(mutex_);
      full = under_way_ >= options_.connections + options_.waiting;
      ++under_way_;
    }
    if (full) {
      count_and_call(
          {.kind = SendResult::Kind::kNoPlace, .answer = "too many mails are under way"});
      return;
    }
    const bool whole = std::ranges::all_of(message.headers, IsOneField);
    if (!whole) {
      count_and_call({.kind = SendResult::Kind::kMessageRefused,
                      .answer = "a field of its header would break it apart"});
      return;
    }
    auto transfer = std::make_unique<SmtpTransfer>(std::move(message), count_and_call, options_,
                                                   clock_, sockets_);
    if (transfers_.Add(std::move(transfer))) return;
    count_and_call({.kind = SendResult::Kind::kStopped, .answer = "this service stops"});
  }

  Counts counts() const {
    MutexLock lock(mutex_);
    return counts_;
  }

 private:
  const Options options_;
  Clock& clock_;
  mutable Mutex mutex_;
  size_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  Counts counts_ ABSL_GUARDED_BY(mutex_) = {};
  Sockets sockets_;                             // the loop's own
  http::TransferLoop<SmtpTransfer> transfers_;  // last: its thread uses everything above
};

Client::Client(Options options, Clock& clock)
    : loop_(std::make_unique<Loop>(std::move(options), clock)) {}

Client::~Client() = default;

void Client::Send(Message message, Callback callback) {
  loop_->Send(std::move(message), std::move(callback));
}

Client::Counts Client::counts() const { return loop_->counts(); }

}  // namespace clusterwire::mail
