#pragma once

#include <set>
#include <string>
#include <string_view>

#include "clusterwire/notification/v1/subscriber.pb.h"

#include "libs/base/random.h"
#include "libs/base/threads/mutex.h"
#include "services/notification/resources/subscribers/access.h"
#include "services/notification/resources/subscribers/interests.h"

namespace clusterwire::notification {

inline constexpr size_t kMaxSubscribers = 10;  // of one subject

// Who wants to hear of changes. Operators alone list them; who has shown who they are creates their
// own, under a random id. One goes with its endpoints and subscriptions, in one write. Safe for use
// from any thread; writes wait for their commit.
class Subscribers : public resource::Resources<v1::Subscriber> {
 public:
  // The arguments outlive it.
  Subscribers(store::Store& store, Random& random, Interests& interests);

  // Creates one for who calls; an operator may name another's subject, or none. One creation of
  // a subject at a time: UNAVAILABLE, reason CREATION_UNDER_WAY. FAILED_PRECONDITION, reason
  // TOO_MANY_SUBSCRIBERS.
  absl::StatusOr<v1::Subscriber> Add(const WriteCall& call, const v1::Subscriber& subscriber,
                                     std::string_view id);
  // Since when it is paused stays as it was.
  absl::StatusOr<v1::Subscriber> SetPaused(const WriteCall& call, const std::string& name,
                                           const std::string& etag, bool paused);

 private:
  class Creation;  // of a subject: while it creates

  absl::Status CheckRoom(const std::string& subject);

  Interests& interests_;
  Mutex mutex_;
  std::set<std::string> creating_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clusterwire::notification
