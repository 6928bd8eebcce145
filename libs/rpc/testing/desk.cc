#include "libs/rpc/testing/desk.h"

#include <utility>

#include "libs/base/status/error.h"
#include "libs/rpc/admission/peer.h"

namespace clusterwire::rpc::testing {

std::optional<absl::StatusOr<Caller>> Desk::Known(const Shown& shown) {
  if (shown.authorization.empty()) return CallerAt(shown.peer, false);
  const std::string& value = shown.authorization.front();
  for (const char* unknown : {"wrong", "late", "new", "slow"}) {
    if (value == unknown) return std::nullopt;
  }
  return WhoIs(value);
}

void Desk::Identify(const Shown& shown, std::weak_ptr<const void>, Then then) {
  const std::string& value = shown.authorization.front();
  absl::Status refusal;
  {
    MutexLock lock(mutex_);
    ++found_out_;
    if (value == "late") return waiting_.push_back(std::move(then));
    while (value == "slow" && !answered_) answers_.Wait(mutex_);
    refusal = refusal_;
  }
  refusal.ok() ? then(WhoIs(value)) : then(refusal);
}

absl::StatusOr<Caller> Desk::WhoIs(const std::string& value) const {
  MutexLock lock(mutex_);
  if (forgotten_.contains(value)) {
    return Error(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID", "it isn't known here");
  }
  Caller caller = SignedIn(value);
  caller.is_operator = value == "operator";
  return caller;
}

void Desk::Answer(const absl::StatusOr<Caller>& answer) {
  std::vector<Then> waiting;
  {
    MutexLock lock(mutex_);
    waiting.swap(waiting_);
    answered_ = true;
    answers_.NotifyAll();
  }
  for (const Then& then : waiting) then(answer);
}

void Desk::Refuse(const absl::Status& refusal) {
  MutexLock lock(mutex_);
  refusal_ = refusal;
}

void Desk::Forget(const std::string& subject) {
  MutexLock lock(mutex_);
  forgotten_.insert(subject);
}

size_t Desk::found_out() const {
  MutexLock lock(mutex_);
  return found_out_;
}

size_t Desk::waiting() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

Caller SignedIn(const std::string& subject) {
  return {.subject = subject, .proof = Caller::Proof::kToken};
}

}  // namespace clusterwire::rpc::testing
