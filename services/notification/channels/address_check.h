#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"
#include "libs/filter/viewer.h"

namespace clusterwire::notification {

// Whether web addresses lead to where our requests may go, asked beside the calls that enter them:
// name servers take their time, and some never answer. Bounded in time, and for each subscriber in
// number, so that one with a slow name server holds no other. Safe for use from any thread.
class AddressCheck {
 public:
  using Done = std::function<void(absl::Status)>;
  // As http::Client::LookUp.
  using LookUp = std::function<absl::Status(const std::string& url, absl::Duration limit, Done)>;

  static constexpr int kMostOfOne = 4;  // under way for one subscriber
  static constexpr absl::Duration kPatience = absl::Seconds(5);

  // `clock`, and what `look_up` uses, outlive the check; what is still under way may outlive it.
  AddressCheck(LookUp look_up, Clock& clock);

  // A place among the subscriber's kMostOfOne, held as long as it lives; null when all are taken.
  using Place = std::shared_ptr<void>;
  Place TakePlace(std::string_view subscriber);
  // RESOURCE_EXHAUSTED, reason TOO_MANY_LOOKUPS, with RetryInfo.
  static absl::Status NoPlace(std::string_view subscriber);

  // OK: calls `done` once, from any thread, by `deadline` or kPatience at the latest. It then says
  // OK; INVALID_ARGUMENT on the field `path` when the address leads to nothing that may be reached;
  // UNAVAILABLE, reason LOOKUP_TIMED_OUT, with RetryInfo. Only an operator learns whether and to
  // what the name resolves: to all others it is one answer, so that strangers can't ask for names
  // inside our network. An error of its own is RESOURCE_EXHAUSTED: `done` is never called.
  absl::Status Start(const filter::Viewer& viewer, std::string_view path, const std::string& url,
                     absl::Time deadline, Done done);

 private:
  struct Places {
    Mutex mutex;
    std::map<std::string, int, std::less<>> taken ABSL_GUARDED_BY(mutex);
  };

  const LookUp look_up_;
  Clock& clock_;
  const std::shared_ptr<Places> places_ = std::make_shared<Places>();
};

}  // namespace clusterwire::notification
