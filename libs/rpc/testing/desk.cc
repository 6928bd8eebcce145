#include "libs/rpc/testing/desk.h"

#include <utility>

#include "libs/base/status/error.h"
#include "libs/rpc/admission/peer.h"

namespace clusterwire::rpc::testing {

void Desk::Identify(const Shown& shown, Then then) {
  if (shown.authorization.empty()) return then(CallerAt(shown.peer, false));
  const std::string& value = shown.authorization.front();
  if (value == "wrong") {
    return then(Error(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID", "nobody knows it"));
  }
  if (value == "late") {
    MutexLock lock(mutex_);
    waiting_.push_back(std::move(then));
    return;
  }
  Caller caller = SignedIn(value);
  caller.is_operator = value == "operator";
  then(caller);
}

void Desk::Answer(const absl::StatusOr<Caller>& answer) {
  std::vector<Then> waiting;
  {
    MutexLock lock(mutex_);
    waiting.swap(waiting_);
  }
  for (const Then& then : waiting) then(answer);
}

size_t Desk::waiting() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

Caller SignedIn(const std::string& subject) {
  return {.subject = subject, .proof = Caller::Proof::kToken};
}

}  // namespace clusterwire::rpc::testing
