#pragma once

#include "clusterwire/notification/v1/subscriber.pb.h"

#include "libs/base/random.h"
#include "services/notification/resources/subscribers/access.h"

namespace clusterwire::notification {

// Who wants to hear of changes. Operators alone list and create them; one goes with its endpoints
// and subscriptions, in one write. Safe for use from any thread; writes wait for their commit.
class Subscribers : public resource::Resources<v1::Subscriber> {
 public:
  Subscribers(store::Store& store, Random& random);
};

}  // namespace clusterwire::notification
