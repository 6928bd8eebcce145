#include "libs/rpc/admission/identifying.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/status/error.h"
#include "libs/base/threads/mutex.h"
#include "libs/rpc/admission/peer.h"
#include "libs/rpc/call/waiting.h"

namespace clusterwire::rpc {

class Identifying::Register {
 public:
  Register(telemetry::Metrics& metrics, const Options& options)
      : calls_(metrics.GetGauge("clusterwire_rpc_identifying_calls",
                                "Calls that wait to be told who makes them now"),
               {.what = "the key of their token's issuer",
                .limit = options.limit,
                .address_limit = options.address_limit}) {}

  // Why none comes in any more; OK: they do.
  absl::Status ended() {
    MutexLock lock(mutex_);
    return ended_;
  }

  uint64_t Add(std::string address, Then then) {
    MutexLock lock(mutex_);
    return calls_.Add(std::move(address), Waiting{std::move(then), std::make_shared<char>()});
  }

  // What lives as long as the call waits; null when it doesn't.
  std::shared_ptr<const void> Waits(uint64_t id) {
    MutexLock lock(mutex_);
    const Waiting* const call = calls_.Find(id);
    return call == nullptr ? nullptr : call->waits;
  }

  // Nothing when it was answered before.
  void Answer(uint64_t id, absl::StatusOr<Caller> answer) {
    std::optional<Waiting> call;
    {
      MutexLock lock(mutex_);
      call = calls_.Take(id);
    }
    if (call) call->then(std::move(answer));
  }

  // The call wasn't answered at once: is there room for it? OK also when it is answered by now.
  absl::Status TakePlace(uint64_t id) {
    MutexLock lock(mutex_);
    return ended_.ok() ? calls_.TakePlace(id) : ended_;
  }

  void End(const absl::Status& status) {
    std::vector<Waiting> ended;
    {
      MutexLock lock(mutex_);
      ended_ = status;
      ended = calls_.TakeAll();
    }
    for (const Waiting& call : ended) call.then(status);
  }

 private:
  struct Waiting {
    Then then;
    std::shared_ptr<const void> waits;
  };

  Mutex mutex_;
  WaitingCalls<Waiting> calls_ ABSL_GUARDED_BY(mutex_);
  absl::Status ended_ ABSL_GUARDED_BY(mutex_);
};

Identifying::Identifying(telemetry::Metrics& metrics, Options options)
    : register_(std::make_shared<Register>(metrics, options)),
      executor_({.threads = options.threads, .queue_limit = options.queue_limit}),
      collector_(telemetry::CollectExecutor(metrics, "identities", executor_)) {}

uint64_t Identifying::Ask(Authenticator& authenticator, Shown shown, Then then) {
  if (const absl::Status ended = register_->ended(); !ended.ok()) {
    then(ended);
    return 0;
  }
  const uint64_t id = register_->Add(AddressOf(shown.peer), std::move(then));
  const bool posted =
      executor_.TryPost([calls = register_, &authenticator, id, shown = std::move(shown)] {
        std::weak_ptr<const void> waits = calls->Waits(id);
        if (waits.expired()) return;
        authenticator.Identify(shown, std::move(waits),
                               [weak = std::weak_ptr(calls), id](absl::StatusOr<Caller> answer) {
                                 if (const auto still = weak.lock())
                                   still->Answer(id, std::move(answer));
                               });
        if (const absl::Status room = calls->TakePlace(id); !room.ok()) calls->Answer(id, room);
      });
  if (!posted) {
    register_->Answer(
        id, WithRetryDelay(Error(absl::StatusCode::kResourceExhausted, "QUEUE_FULL",
                                 "too many identities are shown for the first time just now; try "
                                 "again in a second"),
                           absl::Seconds(1)));
  }
  return id;
}

void Identifying::Cancel(uint64_t id) {
  register_->Answer(id, absl::CancelledError("the client went away"));
}

void Identifying::End(const absl::Status& status) { register_->End(status); }

}  // namespace clusterwire::rpc
