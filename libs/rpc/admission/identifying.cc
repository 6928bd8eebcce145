#include "libs/rpc/admission/identifying.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/rpc/admission/peer.h"

namespace clusterwire::rpc {
namespace {

absl::Status TooMany(size_t limit, std::string_view whose) {
  return WithRetryDelay(
      Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_WAITING",
            absl::StrCat(limit, ToAbsl(whose), " calls wait for the key of their token's issuer, ",
                         "as many as may; try again in a second")),
      absl::Seconds(1));
}

}  // namespace

class Identifying::Register {
 public:
  Register(telemetry::Metrics& metrics, Options options)
      : options_(options),
        gauge_(metrics.GetGauge("clusterwire_rpc_identifying_calls",
                                "Calls that wait to be told who makes them now")) {}

  uint64_t Add(std::string address, Then then) {
    MutexLock lock(mutex_);
    waiting_.emplace(++last_id_, Waiting{std::move(address), std::move(then)});
    return last_id_;
  }

  // Nothing when it was answered before.
  void Answer(uint64_t id, absl::StatusOr<Caller> answer) {
    Then then;
    {
      MutexLock lock(mutex_);
      const auto found = waiting_.find(id);
      if (found == waiting_.end()) return;
      then = std::move(found->second.then);
      if (found->second.counted) LockedCount(counted_ - 1);
      waiting_.erase(found);
    }
    then(std::move(answer));
  }

  // The call wasn't answered at once: is there room for it? OK also when it is answered by now.
  absl::Status CheckRoom(uint64_t id) {
    MutexLock lock(mutex_);
    const auto found = waiting_.find(id);
    if (found == waiting_.end()) return absl::OkStatus();
    if (!ended_.ok()) return ended_;
    if (counted_ >= options_.limit) return TooMany(options_.limit, "");
    const auto same = std::count_if(waiting_.begin(), waiting_.end(), [&](const auto& call) {
      return call.second.counted && call.second.address == found->second.address;
    });
    if (static_cast<size_t>(same) >= options_.address_limit) {
      return TooMany(options_.address_limit, " of your");
    }
    found->second.counted = true;
    LockedCount(counted_ + 1);
    return absl::OkStatus();
  }

  void End(const absl::Status& status) {
    std::map<uint64_t, Waiting> ended;
    {
      MutexLock lock(mutex_);
      ended_ = status;
      ended.swap(waiting_);
      LockedCount(0);
    }
    for (const auto& [id, call] : ended) call.then(status);
  }

 private:
  struct Waiting {
    std::string address;
    Then then;
    bool counted = false;  // it has a place
  };

  void LockedCount(size_t count) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    counted_ = count;
    gauge_.Set(static_cast<double>(count));
  }

  const Options options_;
  telemetry::Gauge gauge_;
  Mutex mutex_;
  uint64_t last_id_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<uint64_t, Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t counted_ ABSL_GUARDED_BY(mutex_) = 0;  // the others' answer comes at once
  absl::Status ended_ ABSL_GUARDED_BY(mutex_);
};

Identifying::Identifying(telemetry::Metrics& metrics, Options options)
    : register_(std::make_shared<Register>(metrics, options)) {}

uint64_t Identifying::Ask(Authenticator& authenticator, const Shown& shown, Then then) {
  const uint64_t id = register_->Add(AddressOf(shown.peer), std::move(then));
  authenticator.Identify(shown,
                         [waiting = std::weak_ptr(register_), id](absl::StatusOr<Caller> answer) {
                           if (const auto still = waiting.lock())
                             still->Answer(id, std::move(answer));
                         });
  if (const absl::Status room = register_->CheckRoom(id); !room.ok()) register_->Answer(id, room);
  return id;
}

void Identifying::Cancel(uint64_t id) {
  register_->Answer(id, absl::CancelledError("the client went away"));
}

void Identifying::End(const absl::Status& status) { register_->End(status); }

}  // namespace clusterwire::rpc
