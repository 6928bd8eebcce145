#pragma once

#include <set>
#include <string>
#include <vector>

#include "libs/base/threads/mutex.h"
#include "libs/rpc/call/authenticator.h"

namespace clusterwire::rpc::testing {

// Believes what it is told: the authorization is the subject. None is the public, "operator" is
// one, "wrong" holds nothing, and a caller who shows "late" waits for Answer().
class Desk final : public Authenticator {
 public:
  void Identify(const Shown& shown, Then then) override;
  // Tells those who wait who they are.
  void Answer(const absl::StatusOr<Caller>& answer);
  size_t waiting() const;
  // From now on `subject` is not believed any more.
  void Forget(const std::string& subject);

 private:
  mutable Mutex mutex_;
  std::set<std::string> forgotten_ ABSL_GUARDED_BY(mutex_) = {"wrong"};
  std::vector<Then> waiting_ ABSL_GUARDED_BY(mutex_);
};

// Somebody whom a token has shown.
Caller SignedIn(const std::string& subject);

}  // namespace clusterwire::rpc::testing
