#pragma once

#include <memory>
#include <optional>
#include <string>

#include "libs/base/testing/eventually.h"
#include "libs/base/threads/mutex.h"
#include "libs/rpc/call/authenticator.h"

namespace clusterwire::identity {

// One question to an authenticator, whose answer may come from another thread.
class Asked {
 public:
  Asked(rpc::Authenticator& authenticator, const rpc::Shown& shown) {
    authenticator.Identify(shown, state_, [state = state_](absl::StatusOr<rpc::Caller> caller) {
      MutexLock lock(state->mutex);
      state->answers.push_back(std::move(caller));
    });
  }

  bool answered() const {
    MutexLock lock(state_->mutex);
    return !state_->answers.empty();
  }
  size_t answers() const {
    MutexLock lock(state_->mutex);
    return state_->answers.size();
  }
  // Waits for it.
  absl::StatusOr<rpc::Caller> answer() const {
    if (!Eventually([this] { return answered(); })) return absl::InternalError("no answer came");
    MutexLock lock(state_->mutex);
    return state_->answers.front();
  }

 private:
  struct State {
    Mutex mutex;
    std::vector<absl::StatusOr<rpc::Caller>> answers ABSL_GUARDED_BY(mutex);
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

inline rpc::Shown WithToken(const std::string& token) {
  return {.peer = "ipv4:192.0.2.7:1", .authorization = {"Bearer " + token}};
}

}  // namespace clusterwire::identity
