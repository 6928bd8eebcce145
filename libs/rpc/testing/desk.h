#pragma once

#include <set>
#include <string>
#include <vector>

#include "libs/base/threads/mutex.h"
#include "libs/rpc/call/authenticator.h"

namespace clusterwire::rpc::testing {

// Believes what it is told: the authorization is the subject. None is the public, "operator" is
// one, "wrong" holds nothing, and a caller who shows "late" waits for Answer(). The latter two
// aren't known at once, nor is one who shows "new"; and who shows "slow" keeps the thread that
// finds out until Answer().
class Desk final : public Authenticator {
 public:
  std::optional<absl::StatusOr<Caller>> Known(const Shown& shown) override;
  void Identify(const Shown& shown, std::weak_ptr<const void> waits, Then then) override;
  // Tells those who wait who they are.
  void Answer(const absl::StatusOr<Caller>& answer);
  size_t waiting() const;
  // How often it had to find out who somebody is.
  size_t found_out() const;
  // From now on `subject` is not believed any more.
  void Forget(const std::string& subject);
  // From now on who isn't known at once gets this answer.
  void Refuse(const absl::Status& refusal);

 private:
  absl::StatusOr<Caller> WhoIs(const std::string& value) const;

  mutable Mutex mutex_;
  std::set<std::string> forgotten_ ABSL_GUARDED_BY(mutex_) = {"wrong"};
  std::vector<Then> waiting_ ABSL_GUARDED_BY(mutex_);
  absl::Status refusal_ ABSL_GUARDED_BY(mutex_);
  size_t found_out_ ABSL_GUARDED_BY(mutex_) = 0;
  bool answered_ ABSL_GUARDED_BY(mutex_) = false;
  CondVar answers_;
};

// Somebody whom a token has shown.
Caller SignedIn(const std::string& subject);

}  // namespace clusterwire::rpc::testing
