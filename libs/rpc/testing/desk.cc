#include "libs/rpc/testing/desk.h"

#include <utility>

#include "libs/base/status/error.h"
#include "libs/rpc/admission/peer.h"

namespace clusterwire::rpc::testing {

void Desk::Identify(const Shown& shown, Then then) {
  if (shown.authorization.empty()) return then(CallerAt(shown.peer, false));
  const std::string& value = shown.authorization.front();
  bool forgotten = false;
  {
    MutexLock lock(mutex_);
    forgotten = forgotten_.contains(value);
    if (value == "late") return waiting_.push_back(std::move(then));
  }
  if (forgotten) {
    return then(Error(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID", "nobody knows it"));
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

void Desk::Forget(const std::string& subject) {
  MutexLock lock(mutex_);
  forgotten_.insert(subject);
}

size_t Desk::waiting() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

Caller SignedIn(const std::string& subject) {
  return {.subject = subject, .proof = Caller::Proof::kToken};
}

}  // namespace clusterwire::rpc::testing
